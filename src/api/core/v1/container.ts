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

export const ContainerPort = message('io.k8s.api.core.v1.ContainerPort', {
  name: opt(1, string),
  hostPort: opt(2, int32),
  containerPort: req(3, int32),
  protocol: opt(4, enumeration('TCP', 'UDP', 'SCTP'), { default: 'TCP' }),
  hostIP: opt(5, string),
});
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
  operator: opt(1, enumeration('In', 'NotIn')),
  values: opt(2, list(int32), { listType: 'set' }),
});
export interface ContainerRestartRuleOnExitCodes extends Infer<typeof ContainerRestartRuleOnExitCodes> {}

export const ContainerRestartRule = message('io.k8s.api.core.v1.ContainerRestartRule', {
  action: opt(1, enumeration('Restart', 'RestartAllContainers')),
  exitCodes: ptr(2, ContainerRestartRuleOnExitCodes),
});
export interface ContainerRestartRule extends Infer<typeof ContainerRestartRule> {}

export const VolumeMount = message('io.k8s.api.core.v1.VolumeMount', {
  name: req(1, string),
  readOnly: opt(2, bool),
  recursiveReadOnly: ptr(7, enumeration('Disabled', 'IfPossible', 'Enabled')),
  mountPath: req(3, string),
  subPath: opt(4, string),
  mountPropagation: ptr(5, enumeration('None', 'HostToContainer', 'Bidirectional')),
  subPathExpr: opt(6, string),
});
export interface VolumeMount extends Infer<typeof VolumeMount> {}

export const VolumeDevice = message('io.k8s.api.core.v1.VolumeDevice', {
  name: req(1, string),
  devicePath: req(2, string),
});
export interface VolumeDevice extends Infer<typeof VolumeDevice> {}

export const Container = message('io.k8s.api.core.v1.Container', {
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
  lifecycle: ptr(12, Lifecycle),
  terminationMessagePath: opt(13, string),
  terminationMessagePolicy: opt(20, enumeration('File', 'FallbackToLogsOnError')),
  imagePullPolicy: opt(14, enumeration('Always', 'Never', 'IfNotPresent')),
  securityContext: ptr(15, SecurityContext),
  stdin: opt(16, bool),
  stdinOnce: opt(17, bool),
  tty: opt(18, bool),
});
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
  lifecycle: ptr(12, Lifecycle),
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
