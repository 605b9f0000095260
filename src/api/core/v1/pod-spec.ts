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

export const PodSchedulingGroup = message('io.k8s.api.core.v1.PodSchedulingGroup', {
  podGroupName: ptr(1, string),
});
export interface PodSchedulingGroup extends Infer<typeof PodSchedulingGroup> {}

export const PodSpec = message('io.k8s.api.core.v1.PodSpec', {
  volumes: opt(1, list(Volume), {
    patchStrategy: 'merge,retainKeys',
    mergeKey: 'name',
    listType: 'map',
    mapKeys: ['name'],
  }),
  initContainers: opt(20, list(Container), {
    patchStrategy: 'merge',
    mergeKey: 'name',
    listType: 'map',
    mapKeys: ['name'],
  }),
  containers: req(2, list(Container), { patchStrategy: 'merge', mergeKey: 'name', listType: 'map', mapKeys: ['name'] }),
  ephemeralContainers: opt(34, list(EphemeralContainer), {
    patchStrategy: 'merge',
    mergeKey: 'name',
    listType: 'map',
    mapKeys: ['name'],
  }),
  restartPolicy: opt(3, enumeration('Always', 'OnFailure', 'Never')),
  terminationGracePeriodSeconds: ptr(4, int64),
  activeDeadlineSeconds: ptr(5, int64),
  dnsPolicy: opt(6, enumeration('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None')),
  nodeSelector: opt(7, map(string), { mapType: 'atomic' }),
  serviceAccountName: opt(8, string),
  serviceAccount: opt(9, string),
  automountServiceAccountToken: ptr(21, bool),
  nodeName: opt(10, string),
  hostNetwork: opt(11, bool),
  hostPID: opt(12, bool),
  hostIPC: opt(13, bool),
  shareProcessNamespace: ptr(27, bool),
  securityContext: ptr(14, PodSecurityContext),
  imagePullSecrets: opt(15, list(LocalObjectReference), {
    patchStrategy: 'merge',
    mergeKey: 'name',
    listType: 'map',
    mapKeys: ['name'],
  }),
  hostname: opt(16, string),
  subdomain: opt(17, string),
  affinity: ptr(18, Affinity),
  schedulerName: opt(19, string),
  tolerations: opt(22, list(Toleration)),
  hostAliases: opt(23, list(HostAlias), { patchStrategy: 'merge', mergeKey: 'ip', listType: 'map', mapKeys: ['ip'] }),
  priorityClassName: opt(24, string),
  priority: ptr(25, int32),
  dnsConfig: ptr(26, PodDNSConfig),
  readinessGates: opt(28, list(PodReadinessGate)),
  runtimeClassName: ptr(29, string),
  enableServiceLinks: ptr(30, bool),
  preemptionPolicy: ptr(31, enumeration('PreemptLowerPriority', 'Never')),
  overhead: opt(32, map(quantity)),
  topologySpreadConstraints: opt(33, list(TopologySpreadConstraint), {
    patchStrategy: 'merge',
    mergeKey: 'topologyKey',
    listType: 'map',
    mapKeys: ['topologyKey', 'whenUnsatisfiable'],
  }),
  setHostnameAsFQDN: ptr(35, bool),
  os: ptr(36, PodOS),
  hostUsers: ptr(37, bool),
  schedulingGates: opt(38, list(PodSchedulingGate), {
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
  resources: ptr(40, ResourceRequirements),
  hostnameOverride: ptr(41, string),
  schedulingGroup: ptr(43, PodSchedulingGroup),
});
export interface PodSpec extends Infer<typeof PodSpec> {}
