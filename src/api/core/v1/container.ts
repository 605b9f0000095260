import {
  bool,
  enumeration,
  type Infer,
  inline,
  int32,
  list,
  message,
  opt,
  ptr,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { EnvFromSource, EnvVar } from './env.ts';
import { Lifecycle, Probe } from './probe.ts';
import { ResourceRequirements } from './resources.ts';
import { SecurityContext } from './security-context.ts';

export const ContainerPort = message(
  'io.k8s.api.core.v1.ContainerPort',
  {
    name: opt(1, string, { description: 'Name by which services refer to the port' }),
    hostPort: opt(2, int32, { description: 'Port of the node that leads to it' }),
    containerPort: req(3, int32, { description: 'Number of the port' }),
    protocol: opt(4, enumeration('TCP', 'UDP', 'SCTP'), { description: 'TCP, UDP or SCTP', default: 'TCP' }),
    hostIP: opt(5, string),
  },
  { description: 'A port that a container listens on' },
);
export interface ContainerPort extends Infer<typeof ContainerPort> {}

export const ContainerResizePolicy = message('io.k8s.api.core.v1.ContainerResizePolicy', {
  resourceName: req(
    1,
    enumeration(
      'cpu',
      'memory',
      'storage',
      'ephemeral-storage',
      'pods',
      'services',
      'replicationcontrollers',
      'resourcequotas',
      'secrets',
      'configmaps',
      'persistentvolumeclaims',
      'services.nodeports',
      'services.loadbalancers',
      'requests.cpu',
      'requests.memory',
      'requests.storage',
      'requests.ephemeral-storage',
      'limits.cpu',
      'limits.memory',
      'limits.ephemeral-storage',
    ),
  ),
  restartPolicy: req(2, enumeration('NotRequired', 'RestartContainer')),
});
export interface ContainerResizePolicy extends Infer<typeof ContainerResizePolicy> {}

export const ContainerRestartRuleOnExitCodes = message('io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes', {
  operator: opt(1, enumeration('In', 'NotIn'), { shown: 'required' }),
  values: opt(2, list(int32), { listType: 'set' }),
});
export interface ContainerRestartRuleOnExitCodes extends Infer<typeof ContainerRestartRuleOnExitCodes> {}

export const ContainerRestartRule = message('io.k8s.api.core.v1.ContainerRestartRule', {
  action: opt(1, enumeration('Restart', 'RestartAllContainers'), { shown: 'required' }),
  exitCodes: ptr(2, ContainerRestartRuleOnExitCodes),
});
export interface ContainerRestartRule extends Infer<typeof ContainerRestartRule> {}

export const VolumeMount = message(
  'io.k8s.api.core.v1.VolumeMount',
  {
    name: req(1, string, { description: 'Name of the volume' }),
    readOnly: opt(2, bool, { description: 'Whether it cannot be written to' }),
    recursiveReadOnly: ptr(7, enumeration('Disabled', 'IfPossible', 'Enabled')),
    mountPath: req(3, string, { description: 'Directory it appears at' }),
    subPath: opt(4, string, { description: 'Part of the volume that is mounted' }),
    mountPropagation: ptr(5, enumeration('None', 'HostToContainer', 'Bidirectional')),
    subPathExpr: opt(6, string),
  },
  { description: 'Where a container sees a volume' },
);
export interface VolumeMount extends Infer<typeof VolumeMount> {}

export const VolumeDevice = message('io.k8s.api.core.v1.VolumeDevice', {
  name: req(1, string),
  devicePath: req(2, string),
});
export interface VolumeDevice extends Infer<typeof VolumeDevice> {}

export const Container = message(
  'io.k8s.api.core.v1.Container',
  {
    name: req(1, string, { description: 'Name, unique in the pod' }),
    image: opt(2, string, { description: 'Image that is run' }),
    command: opt(3, list(string), { description: "Program and first arguments in place of the image's entry point" }),
    args: opt(4, list(string), { description: "Arguments in place of the image's own" }),
    workingDir: opt(5, string, { description: 'Directory that the program starts in' }),
    ports: opt(6, list(ContainerPort), {
      description: 'Ports that the program listens on',
      patchStrategy: 'merge',
      mergeKey: 'containerPort',
      listType: 'map',
      mapKeys: ['containerPort', 'protocol'],
    }),
    envFrom: opt(19, list(EnvFromSource), { description: 'ConfigMaps and Secrets whose keys become variables' }),
    env: opt(7, list(EnvVar), {
      description: 'Environment variables',
      patchStrategy: 'merge',
      mergeKey: 'name',
      listType: 'map',
      mapKeys: ['name'],
    }),
    resources: opt(8, ResourceRequirements, { description: 'What the container asks for, and is limited to' }),
    resizePolicy: opt(23, list(ContainerResizePolicy)),
    restartPolicy: ptr(24, enumeration('Always', 'Never', 'OnFailure'), {
      description: 'Always makes an init container a sidecar',
    }),
    restartPolicyRules: opt(25, list(ContainerRestartRule)),
    volumeMounts: opt(9, list(VolumeMount), {
      description: 'Where volumes are mounted',
      patchStrategy: 'merge',
      mergeKey: 'mountPath',
      listType: 'map',
      mapKeys: ['mountPath'],
    }),
    volumeDevices: opt(21, list(VolumeDevice), {
      description: 'Where block devices appear',
      patchStrategy: 'merge',
      mergeKey: 'devicePath',
      listType: 'map',
      mapKeys: ['devicePath'],
    }),
    livenessProbe: ptr(10, Probe, { description: 'Tells when to restart the container' }),
    readinessProbe: ptr(11, Probe, { description: 'Tells when the container can answer requests' }),
    startupProbe: ptr(22, Probe, { description: 'Holds the other probes back until the program has started' }),
    lifecycle: ptr(12, Lifecycle, { description: 'What runs after the start and before the stop', dropEmpty: true }),
    terminationMessagePath: opt(13, string, { description: 'File whose text explains why the container ended' }),
    terminationMessagePolicy: opt(20, enumeration('File', 'FallbackToLogsOnError'), {
      description: 'Where that text is taken from',
    }),
    imagePullPolicy: opt(14, enumeration('Always', 'Never', 'IfNotPresent'), {
      description: 'When the image is pulled: Always, IfNotPresent or Never',
    }),
    securityContext: ptr(15, SecurityContext, { description: 'User and privileges of the container' }),
    stdin: opt(16, bool, { description: 'Whether input can be sent to the program' }),
    stdinOnce: opt(17, bool),
    tty: opt(18, bool, { description: 'Whether the program has a terminal' }),
  },
  { description: 'One program of a pod, run from an image' },
);
export interface Container extends Infer<typeof Container> {}

export const EphemeralContainerCommon = message('io.k8s.api.core.v1.EphemeralContainerCommon', {
  name: req(1, string),
  image: opt(2, string),
  command: opt(3, list(string)),
  args: opt(4, list(string)),
  workingDir: opt(5, string),
  ports: opt(6, list(ContainerPort), {
    patchStrategy: 'merge',
    mergeKey: 'containerPort',
    listType: 'map',
    mapKeys: ['containerPort', 'protocol'],
  }),
  envFrom: opt(19, list(EnvFromSource)),
  env: opt(7, list(EnvVar), { patchStrategy: 'merge', mergeKey: 'name', listType: 'map', mapKeys: ['name'] }),
  resources: opt(8, ResourceRequirements),
  resizePolicy: opt(23, list(ContainerResizePolicy)),
  restartPolicy: ptr(24, enumeration('Always', 'Never', 'OnFailure')),
  restartPolicyRules: opt(25, list(ContainerRestartRule)),
  volumeMounts: opt(9, list(VolumeMount), {
    patchStrategy: 'merge',
    mergeKey: 'mountPath',
    listType: 'map',
    mapKeys: ['mountPath'],
  }),
  volumeDevices: opt(21, list(VolumeDevice), {
    patchStrategy: 'merge',
    mergeKey: 'devicePath',
    listType: 'map',
    mapKeys: ['devicePath'],
  }),
  livenessProbe: ptr(10, Probe),
  readinessProbe: ptr(11, Probe),
  startupProbe: ptr(22, Probe),
  lifecycle: ptr(12, Lifecycle, { dropEmpty: true }),
  terminationMessagePath: opt(13, string),
  terminationMessagePolicy: opt(20, enumeration('File', 'FallbackToLogsOnError')),
  imagePullPolicy: opt(14, enumeration('Always', 'Never', 'IfNotPresent')),
  securityContext: ptr(15, SecurityContext),
  stdin: opt(16, bool),
  stdinOnce: opt(17, bool),
  tty: opt(18, bool),
});
export interface EphemeralContainerCommon extends Infer<typeof EphemeralContainerCommon> {}

export const EphemeralContainer = message('io.k8s.api.core.v1.EphemeralContainer', {
  ephemeralContainerCommon: inline(1, EphemeralContainerCommon),
  targetContainerName: opt(2, string),
});
export interface EphemeralContainer extends Infer<typeof EphemeralContainer> {}
