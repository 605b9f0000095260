import {
  bool,
  enumeration,
  type Infer,
  int32,
  int64,
  list,
  map,
  message,
  opt,
  ptr,
  quantity,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { Affinity, Toleration, TopologySpreadConstraint } from './affinity.ts';
import { Container, EphemeralContainer } from './container.ts';
import { LocalObjectReference } from './references.ts';
import { ResourceRequirements } from './resources.ts';
import { PodSecurityContext } from './security-context.ts';
import { Volume } from './volume.ts';

export const HostAlias = message('io.k8s.api.core.v1.HostAlias', {
  ip: req(1, string),
  hostnames: opt(2, list(string)),
});
export interface HostAlias extends Infer<typeof HostAlias> {}

export const PodDNSConfigOption = message('io.k8s.api.core.v1.PodDNSConfigOption', {
  name: opt(1, string),
  value: ptr(2, string),
});
export interface PodDNSConfigOption extends Infer<typeof PodDNSConfigOption> {}

export const PodDNSConfig = message('io.k8s.api.core.v1.PodDNSConfig', {
  nameservers: opt(1, list(string)),
  searches: opt(2, list(string)),
  options: opt(3, list(PodDNSConfigOption)),
});
export interface PodDNSConfig extends Infer<typeof PodDNSConfig> {}

export const PodOS = message('io.k8s.api.core.v1.PodOS', {
  name: req(1, enumeration('linux', 'windows')),
});
export interface PodOS extends Infer<typeof PodOS> {}

export const PodReadinessGate = message('io.k8s.api.core.v1.PodReadinessGate', {
  conditionType: req(
    1,
    enumeration(
      'ContainersReady',
      'Initialized',
      'Ready',
      'PodScheduled',
      'DisruptionTarget',
      'PodReadyToStartContainers',
      'PodResizePending',
      'PodResizeInProgress',
      'AllContainersRestarting',
    ),
  ),
});
export interface PodReadinessGate extends Infer<typeof PodReadinessGate> {}

export const PodResourceClaim = message('io.k8s.api.core.v1.PodResourceClaim', {
  name: req(1, string),
  resourceClaimName: ptr(3, string),
  resourceClaimTemplateName: ptr(4, string),
});
export interface PodResourceClaim extends Infer<typeof PodResourceClaim> {}

export const PodSchedulingGate = message('io.k8s.api.core.v1.PodSchedulingGate', {
  name: req(1, string),
});
export interface PodSchedulingGate extends Infer<typeof PodSchedulingGate> {}

export const PodSchedulingGroup = message(
  'io.k8s.api.core.v1.PodSchedulingGroup',
  {
    podGroupName: ptr(1, string),
  },
  { union: { members: { podGroupName: 'PodGroupName' } } },
);
export interface PodSchedulingGroup extends Infer<typeof PodSchedulingGroup> {}

export const PodSpec = message(
  'io.k8s.api.core.v1.PodSpec',
  {
    volumes: opt(1, list(Volume), {
      description: 'Volumes that containers can mount',
      patchStrategy: 'merge,retainKeys',
      mergeKey: 'name',
      listType: 'map',
      mapKeys: ['name'],
    }),
    initContainers: opt(20, list(Container), {
      description: 'Containers that run one after another before the others start',
      patchStrategy: 'merge',
      mergeKey: 'name',
      listType: 'map',
      mapKeys: ['name'],
    }),
    containers: req(2, list(Container), {
      description: 'Containers that run together; at least one',
      patchStrategy: 'merge',
      mergeKey: 'name',
      listType: 'map',
      mapKeys: ['name'],
    }),
    ephemeralContainers: opt(34, list(EphemeralContainer), {
      description: 'Containers added to a running pod to look into it',
      patchStrategy: 'merge',
      mergeKey: 'name',
      listType: 'map',
      mapKeys: ['name'],
    }),
    restartPolicy: opt(3, enumeration('Always', 'OnFailure', 'Never'), {
      description: 'When containers are started again after they end: Always, OnFailure or Never',
    }),
    terminationGracePeriodSeconds: ptr(4, int64, {
      description: 'Seconds between the signal to stop and the end by force',
    }),
    activeDeadlineSeconds: ptr(5, int64, { description: 'Seconds that the pod may run' }),
    dnsPolicy: opt(6, enumeration('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'), {
      description: 'How names are resolved',
    }),
    nodeSelector: opt(7, map(string), { description: 'Labels that the node has to have', mapType: 'atomic' }),
    serviceAccountName: opt(8, string, { description: 'Account in whose name the pod speaks to the API' }),
    serviceAccount: opt(9, string),
    automountServiceAccountToken: ptr(21, bool, { description: "Whether the account's token is mounted" }),
    nodeName: opt(10, string, { description: 'Node that the pod runs on; set by the scheduler' }),
    hostNetwork: opt(11, bool, { description: 'Whether the pod has the network of its node' }),
    hostPID: opt(12, bool, { description: 'Whether the pod sees the processes of its node' }),
    hostIPC: opt(13, bool, { description: 'Whether the pod shares the IPC of its node' }),
    shareProcessNamespace: ptr(27, bool, { description: "Whether containers see each other's processes" }),
    securityContext: ptr(14, PodSecurityContext, { description: 'Users, groups and privileges of all containers' }),
    imagePullSecrets: opt(15, list(LocalObjectReference), {
      description: 'Secrets with credentials of registries',
      patchStrategy: 'merge',
      mergeKey: 'name',
      listType: 'map',
      mapKeys: ['name'],
    }),
    hostname: opt(16, string, { description: 'Name that the pod calls itself' }),
    subdomain: opt(17, string, { description: 'Name of the service through which the pod has a name of its own' }),
    affinity: ptr(18, Affinity, { description: 'Where the pod wants to run, and beside whom' }),
    schedulerName: opt(19, string, { description: 'Scheduler that finds a node for the pod' }),
    tolerations: opt(22, list(Toleration), { description: 'Taints of nodes that the pod puts up with' }),
    hostAliases: opt(23, list(HostAlias), {
      description: 'Further lines of the hosts file',
      patchStrategy: 'merge',
      mergeKey: 'ip',
      listType: 'map',
      mapKeys: ['ip'],
    }),
    priorityClassName: opt(24, string, { description: 'Class that says how important the pod is' }),
    priority: ptr(25, int32, { description: 'How important the pod is; set from its class' }),
    dnsConfig: ptr(26, PodDNSConfig, { description: 'Further settings of name resolution' }),
    readinessGates: opt(28, list(PodReadinessGate), {
      description: 'Further conditions that must hold for the pod to be ready',
    }),
    runtimeClassName: ptr(29, string, { description: 'Class of the container runtime' }),
    enableServiceLinks: ptr(30, bool, { description: 'Whether variables tell of the services in the namespace' }),
    preemptionPolicy: ptr(31, enumeration('PreemptLowerPriority', 'Never'), {
      description: 'Whether the pod may push others out',
    }),
    overhead: opt(32, map(quantity), { description: 'What running the pod costs beside its containers' }),
    topologySpreadConstraints: opt(33, list(TopologySpreadConstraint), {
      description: 'How evenly pods spread over zones and nodes',
      patchStrategy: 'merge',
      mergeKey: 'topologyKey',
      listType: 'map',
      mapKeys: ['topologyKey', 'whenUnsatisfiable'],
    }),
    setHostnameAsFQDN: ptr(35, bool),
    os: ptr(36, PodOS),
    hostUsers: ptr(37, bool),
    schedulingGates: opt(38, list(PodSchedulingGate), {
      description: 'What has to happen before the pod is scheduled',
      patchStrategy: 'merge',
      mergeKey: 'name',
      listType: 'map',
      mapKeys: ['name'],
    }),
    resourceClaims: opt(39, list(PodResourceClaim), {
      patchStrategy: 'merge,retainKeys',
      mergeKey: 'name',
      listType: 'map',
      mapKeys: ['name'],
    }),
    resources: ptr(40, ResourceRequirements, { description: 'What the pod as a whole asks for' }),
    hostnameOverride: ptr(41, string),
    schedulingGroup: ptr(43, PodSchedulingGroup, { disabledBy: 'GenericWorkload' }),
  },
  { description: 'What a pod runs, where and how' },
);
export interface PodSpec extends Infer<typeof PodSpec> {}
