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
  time,
} from '#machinery/schema/schema.ts';

export const AttachedVolume = message('io.k8s.api.core.v1.AttachedVolume', {
  name: req(1, string),
  devicePath: req(2, string),
});
export interface AttachedVolume extends Infer<typeof AttachedVolume> {}

export const ConfigMapNodeConfigSource = message('io.k8s.api.core.v1.ConfigMapNodeConfigSource', {
  namespace: req(1, string),
  name: req(2, string),
  uid: opt(3, string),
  resourceVersion: opt(4, string),
  kubeletConfigKey: req(5, string),
});
export interface ConfigMapNodeConfigSource extends Infer<typeof ConfigMapNodeConfigSource> {}

export const ContainerImage = message('io.k8s.api.core.v1.ContainerImage', {
  names: opt(1, list(string), { nullWhenEmpty: true }),
  sizeBytes: opt(2, int64),
});
export interface ContainerImage extends Infer<typeof ContainerImage> {}

export const DaemonEndpoint = message('io.k8s.api.core.v1.DaemonEndpoint', {
  Port: req(1, int32),
});
export interface DaemonEndpoint extends Infer<typeof DaemonEndpoint> {}

export const NodeAddress = message('io.k8s.api.core.v1.NodeAddress', {
  type: req(1, enumeration('Hostname', 'InternalIP', 'ExternalIP', 'InternalDNS', 'ExternalDNS')),
  address: req(2, string),
});
export interface NodeAddress extends Infer<typeof NodeAddress> {}

export const NodeCondition = message('io.k8s.api.core.v1.NodeCondition', {
  type: req(1, enumeration('Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable')),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  lastHeartbeatTime: opt(3, time),
  lastTransitionTime: opt(4, time),
  reason: opt(5, string),
  message: opt(6, string),
});
export interface NodeCondition extends Infer<typeof NodeCondition> {}

export const NodeConfigSource = message('io.k8s.api.core.v1.NodeConfigSource', {
  configMap: ptr(2, ConfigMapNodeConfigSource),
});
export interface NodeConfigSource extends Infer<typeof NodeConfigSource> {}

export const NodeConfigStatus = message('io.k8s.api.core.v1.NodeConfigStatus', {
  assigned: ptr(1, NodeConfigSource),
  active: ptr(2, NodeConfigSource),
  lastKnownGood: ptr(3, NodeConfigSource),
  error: opt(4, string),
});
export interface NodeConfigStatus extends Infer<typeof NodeConfigStatus> {}

export const NodeDaemonEndpoints = message('io.k8s.api.core.v1.NodeDaemonEndpoints', {
  kubeletEndpoint: opt(1, DaemonEndpoint),
});
export interface NodeDaemonEndpoints extends Infer<typeof NodeDaemonEndpoints> {}

export const NodeFeatures = message('io.k8s.api.core.v1.NodeFeatures', {
  supplementalGroupsPolicy: ptr(1, bool),
});
export interface NodeFeatures extends Infer<typeof NodeFeatures> {}

export const NodeRuntimeHandlerFeatures = message('io.k8s.api.core.v1.NodeRuntimeHandlerFeatures', {
  recursiveReadOnlyMounts: ptr(1, bool),
  userNamespaces: ptr(2, bool),
});
export interface NodeRuntimeHandlerFeatures extends Infer<typeof NodeRuntimeHandlerFeatures> {}

export const NodeRuntimeHandler = message('io.k8s.api.core.v1.NodeRuntimeHandler', {
  name: opt(1, string, { shown: 'zero' }),
  features: ptr(2, NodeRuntimeHandlerFeatures),
});
export interface NodeRuntimeHandler extends Infer<typeof NodeRuntimeHandler> {}

export const NodeSwapStatus = message('io.k8s.api.core.v1.NodeSwapStatus', {
  capacity: ptr(1, int64),
});
export interface NodeSwapStatus extends Infer<typeof NodeSwapStatus> {}

export const NodeSystemInfo = message('io.k8s.api.core.v1.NodeSystemInfo', {
  machineID: req(1, string),
  systemUUID: req(2, string),
  bootID: req(3, string),
  kernelVersion: req(4, string),
  osImage: req(5, string),
  containerRuntimeVersion: req(6, string),
  kubeletVersion: req(7, string),
  kubeProxyVersion: req(8, string),
  operatingSystem: req(9, string),
  architecture: req(10, string),
  swap: ptr(11, NodeSwapStatus),
});
export interface NodeSystemInfo extends Infer<typeof NodeSystemInfo> {}

export const NodeStatus = message('io.k8s.api.core.v1.NodeStatus', {
  capacity: opt(1, map(quantity)),
  allocatable: opt(2, map(quantity)),
  phase: opt(3, enumeration('Pending', 'Running', 'Terminated')),
  conditions: opt(4, list(NodeCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
  addresses: opt(5, list(NodeAddress), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
  daemonEndpoints: opt(6, NodeDaemonEndpoints),
  nodeInfo: opt(7, NodeSystemInfo),
  images: opt(8, list(ContainerImage)),
  volumesInUse: opt(9, list(string)),
  volumesAttached: opt(10, list(AttachedVolume)),
  config: ptr(11, NodeConfigStatus),
  runtimeHandlers: opt(12, list(NodeRuntimeHandler)),
  features: ptr(13, NodeFeatures),
  declaredFeatures: opt(14, list(string)),
});
export interface NodeStatus extends Infer<typeof NodeStatus> {}
