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
import { ResourceRequirements } from './resources.ts';

export const ContainerExtendedResourceRequest = message('io.k8s.api.core.v1.ContainerExtendedResourceRequest', {
  containerName: req(1, string),
  resourceName: req(2, string),
  requestName: req(3, string),
});
export interface ContainerExtendedResourceRequest extends Infer<typeof ContainerExtendedResourceRequest> {}

export const ContainerStateWaiting = message('io.k8s.api.core.v1.ContainerStateWaiting', {
  reason: opt(1, string),
  message: opt(2, string),
});
export interface ContainerStateWaiting extends Infer<typeof ContainerStateWaiting> {}

export const ContainerStateRunning = message('io.k8s.api.core.v1.ContainerStateRunning', {
  startedAt: opt(1, time),
});
export interface ContainerStateRunning extends Infer<typeof ContainerStateRunning> {}

export const ContainerStateTerminated = message('io.k8s.api.core.v1.ContainerStateTerminated', {
  exitCode: req(1, int32),
  signal: opt(2, int32),
  reason: opt(3, string),
  message: opt(4, string),
  startedAt: opt(5, time),
  finishedAt: opt(6, time),
  containerID: opt(7, string),
});
export interface ContainerStateTerminated extends Infer<typeof ContainerStateTerminated> {}

export const ContainerState = message('io.k8s.api.core.v1.ContainerState', {
  waiting: ptr(1, ContainerStateWaiting),
  running: ptr(2, ContainerStateRunning),
  terminated: ptr(3, ContainerStateTerminated),
});
export interface ContainerState extends Infer<typeof ContainerState> {}

export const ImageVolumeStatus = message('io.k8s.api.core.v1.ImageVolumeStatus', {
  imageRef: opt(1, string, { shown: 'required' }),
});
export interface ImageVolumeStatus extends Infer<typeof ImageVolumeStatus> {}

export const VolumeStatus = message('io.k8s.api.core.v1.VolumeStatus', {
  image: ptr(1, ImageVolumeStatus),
});
export interface VolumeStatus extends Infer<typeof VolumeStatus> {}

export const VolumeMountStatus = message('io.k8s.api.core.v1.VolumeMountStatus', {
  name: req(1, string),
  mountPath: req(2, string),
  readOnly: opt(3, bool),
  recursiveReadOnly: ptr(4, enumeration('Disabled', 'IfPossible', 'Enabled')),
  volumeStatus: ptr(5, VolumeStatus),
});
export interface VolumeMountStatus extends Infer<typeof VolumeMountStatus> {}

export const LinuxContainerUser = message('io.k8s.api.core.v1.LinuxContainerUser', {
  uid: req(1, int64),
  gid: req(2, int64),
  supplementalGroups: opt(3, list(int64)),
});
export interface LinuxContainerUser extends Infer<typeof LinuxContainerUser> {}

export const ContainerUser = message('io.k8s.api.core.v1.ContainerUser', {
  linux: ptr(1, LinuxContainerUser),
});
export interface ContainerUser extends Infer<typeof ContainerUser> {}

export const ResourceHealth = message('io.k8s.api.core.v1.ResourceHealth', {
  resourceID: req(1, string),
  health: opt(2, enumeration('Healthy', 'Unhealthy', 'Unknown')),
  message: ptr(6, string),
});
export interface ResourceHealth extends Infer<typeof ResourceHealth> {}

export const ResourceStatus = message('io.k8s.api.core.v1.ResourceStatus', {
  name: req(
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
  resources: opt(2, list(ResourceHealth), { listType: 'map', mapKeys: ['resourceID'] }),
});
export interface ResourceStatus extends Infer<typeof ResourceStatus> {}

export const ContainerStatus = message('io.k8s.api.core.v1.ContainerStatus', {
  name: req(1, string),
  state: opt(2, ContainerState),
  lastState: opt(3, ContainerState),
  ready: req(4, bool),
  restartCount: req(5, int32),
  image: req(6, string),
  imageID: req(7, string),
  containerID: opt(8, string),
  started: ptr(9, bool),
  allocatedResources: opt(10, map(quantity)),
  resources: ptr(11, ResourceRequirements),
  volumeMounts: opt(12, list(VolumeMountStatus), {
    patchStrategy: 'merge',
    mergeKey: 'mountPath',
    listType: 'map',
    mapKeys: ['mountPath'],
  }),
  user: ptr(13, ContainerUser),
  allocatedResourcesStatus: opt(14, list(ResourceStatus), {
    patchStrategy: 'merge',
    mergeKey: 'name',
    listType: 'map',
    mapKeys: ['name'],
  }),
  stopSignal: ptr(
    15,
    enumeration(
      'SIGABRT',
      'SIGALRM',
      'SIGBUS',
      'SIGCHLD',
      'SIGCLD',
      'SIGCONT',
      'SIGFPE',
      'SIGHUP',
      'SIGILL',
      'SIGINT',
      'SIGIO',
      'SIGIOT',
      'SIGKILL',
      'SIGPIPE',
      'SIGPOLL',
      'SIGPROF',
      'SIGPWR',
      'SIGQUIT',
      'SIGSEGV',
      'SIGSTKFLT',
      'SIGSTOP',
      'SIGSYS',
      'SIGTERM',
      'SIGTRAP',
      'SIGTSTP',
      'SIGTTIN',
      'SIGTTOU',
      'SIGURG',
      'SIGUSR1',
      'SIGUSR2',
      'SIGVTALRM',
      'SIGWINCH',
      'SIGXCPU',
      'SIGXFSZ',
      'SIGRTMIN',
      'SIGRTMIN+1',
      'SIGRTMIN+2',
      'SIGRTMIN+3',
      'SIGRTMIN+4',
      'SIGRTMIN+5',
      'SIGRTMIN+6',
      'SIGRTMIN+7',
      'SIGRTMIN+8',
      'SIGRTMIN+9',
      'SIGRTMIN+10',
      'SIGRTMIN+11',
      'SIGRTMIN+12',
      'SIGRTMIN+13',
      'SIGRTMIN+14',
      'SIGRTMIN+15',
      'SIGRTMAX-14',
      'SIGRTMAX-13',
      'SIGRTMAX-12',
      'SIGRTMAX-11',
      'SIGRTMAX-10',
      'SIGRTMAX-9',
      'SIGRTMAX-8',
      'SIGRTMAX-7',
      'SIGRTMAX-6',
      'SIGRTMAX-5',
      'SIGRTMAX-4',
      'SIGRTMAX-3',
      'SIGRTMAX-2',
      'SIGRTMAX-1',
      'SIGRTMAX',
    ),
    { disabledBy: 'ContainerStopSignals' },
  ),
});
export interface ContainerStatus extends Infer<typeof ContainerStatus> {}

export const HostIP = message('io.k8s.api.core.v1.HostIP', {
  ip: req(1, string),
});
export interface HostIP extends Infer<typeof HostIP> {}

export const NodeAllocatableResourceClaimStatus = message('io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus', {
  resourceClaimName: req(1, string),
  containers: opt(2, list(string), { listType: 'set' }),
  resources: req(3, map(quantity)),
});
export interface NodeAllocatableResourceClaimStatus extends Infer<typeof NodeAllocatableResourceClaimStatus> {}

export const PodCondition = message('io.k8s.api.core.v1.PodCondition', {
  type: req(
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
  observedGeneration: opt(7, int64),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  lastProbeTime: opt(3, time),
  lastTransitionTime: opt(4, time),
  reason: opt(5, string),
  message: opt(6, string),
});
export interface PodCondition extends Infer<typeof PodCondition> {}

export const PodExtendedResourceClaimStatus = message('io.k8s.api.core.v1.PodExtendedResourceClaimStatus', {
  requestMappings: req(1, list(ContainerExtendedResourceRequest)),
  resourceClaimName: req(2, string),
});
export interface PodExtendedResourceClaimStatus extends Infer<typeof PodExtendedResourceClaimStatus> {}

export const PodIP = message('io.k8s.api.core.v1.PodIP', {
  ip: req(1, string),
});
export interface PodIP extends Infer<typeof PodIP> {}

export const PodResourceClaimStatus = message('io.k8s.api.core.v1.PodResourceClaimStatus', {
  name: req(1, string),
  resourceClaimName: ptr(2, string),
});
export interface PodResourceClaimStatus extends Infer<typeof PodResourceClaimStatus> {}

export const PodStatus = message(
  'io.k8s.api.core.v1.PodStatus',
  {
    observedGeneration: opt(17, int64),
    phase: opt(1, enumeration('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'), {
      description: 'Pending, Running, Succeeded, Failed or Unknown',
    }),
    conditions: opt(2, list(PodCondition), {
      description: 'What is true of the pod',
      patchStrategy: 'merge',
      mergeKey: 'type',
      listType: 'map',
      mapKeys: ['type'],
    }),
    message: opt(3, string, { description: 'Why it is so, for people' }),
    reason: opt(4, string, { description: 'Why it is so, in a word' }),
    nominatedNodeName: opt(11, string, { description: 'Node on which room is being made for it' }),
    hostIP: opt(5, string, { description: 'Address of its node' }),
    hostIPs: opt(16, list(HostIP), { patchStrategy: 'merge', mergeKey: 'ip' }),
    podIP: opt(6, string, { description: 'Address of the pod' }),
    podIPs: opt(12, list(PodIP), {
      description: 'Addresses of the pod, at most one of each family',
      patchStrategy: 'merge',
      mergeKey: 'ip',
      listType: 'map',
      mapKeys: ['ip'],
    }),
    startTime: ptr(7, time, { description: 'When its node accepted it' }),
    initContainerStatuses: opt(10, list(ContainerStatus), { description: 'How its init containers are' }),
    containerStatuses: opt(8, list(ContainerStatus), { description: 'How its containers are' }),
    qosClass: opt(9, enumeration('Guaranteed', 'Burstable', 'BestEffort'), {
      description: 'How well it is served when a node runs short',
    }),
    ephemeralContainerStatuses: opt(13, list(ContainerStatus)),
    resize: opt(14, enumeration('InProgress', 'Deferred', 'Infeasible')),
    resourceClaimStatuses: opt(15, list(PodResourceClaimStatus), {
      patchStrategy: 'merge,retainKeys',
      mergeKey: 'name',
      listType: 'map',
      mapKeys: ['name'],
    }),
    extendedResourceClaimStatus: ptr(18, PodExtendedResourceClaimStatus),
    allocatedResources: opt(19, map(quantity)),
    resources: ptr(20, ResourceRequirements),
    nodeAllocatableResourceClaimStatuses: opt(21, list(NodeAllocatableResourceClaimStatus), {
      disabledBy: 'DRANodeAllocatableResources',
    }),
  },
  { description: 'How a pod is' },
);
export interface PodStatus extends Infer<typeof PodStatus> {}
