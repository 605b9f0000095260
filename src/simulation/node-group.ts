import type { Node } from '#api/core/v1/node.ts';

type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];

/** What names of nodes begin with where nothing else is said. */
export const NAME_PREFIX = 'simulated-';

/** Simulated nodes that are alike. */
export interface SimulatedNodeGroup {
  readonly count: number;
  /** Names are this and a number; `simulated-` when absent. */
  readonly namePrefix?: string;
  /** 32 when absent. */
  readonly cpu?: string;
  /** 256Gi when absent. */
  readonly memory?: string;
  /** How many pods fit; 110 when absent. */
  readonly pods?: string;
  /** Further resources by name, such as `example.com/gpu`. */
  readonly resources?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly region?: string;
  /** The nodes are dealt out among these. */
  readonly zones?: readonly string[];
}

/** One simulated node: what it is called, what it is like, where it stands among all. */
export interface NodePlan {
  readonly name: string;
  readonly group: SimulatedNodeGroup;
  readonly index: number;
  readonly zone: string | undefined;
}

/** The nodes of some groups. Names go on counting where groups share a prefix. */
export function planNodes(groups: readonly SimulatedNodeGroup[]): NodePlan[] {
  const numbers = new Map<string, number>();
  const plans: NodePlan[] = [];
  for (const group of groups) {
    const { namePrefix = NAME_PREFIX, zones = [] } = group;
    for (let each = 0; each < group.count; each++) {
      const number = numbers.get(namePrefix) ?? 0;
      numbers.set(namePrefix, number + 1);
      const zone = zones.length > 0 ? zones[each % zones.length] : undefined;
      plans.push({ name: `${namePrefix}${number}`, group, index: plans.length, zone });
    }
  }
  return plans;
}

/** The node object that a node agent would register. `time` is RFC 3339. */
export function simulatedNode({ name, group, index, zone }: NodePlan, time: string): Node {
  const { cpu = '32', memory = '256Gi', pods = '110', resources, labels, taints, region } = group;
  const capacity = { cpu, memory, pods, 'ephemeral-storage': '1Ti', ...resources };
  return {
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'knarr.dev/simulated': 'true',
        ...(region ? { 'topology.kubernetes.io/region': region } : {}),
        ...(zone ? { 'topology.kubernetes.io/zone': zone } : {}),
        ...labels,
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
    },
    spec: taints ? { taints: [...taints] } : {},
    status: {
      capacity,
      allocatable: capacity,
      addresses: [
        { type: 'InternalIP', address: nodeAddress(index) },
        { type: 'Hostname', address: name },
      ],
      conditions: healthyConditions(time),
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'simulated://1',
        kernelVersion: 'simulated',
        kubeProxyVersion: '',
        kubeletVersion: 'v1.36.0+knarr',
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'simulated',
        systemUUID: '',
      },
      declaredFeatures: [...DECLARED_FEATURES],
    },
  } as Node;
}

/** What node agents of this version declare; where nothing runs, nothing is missing for it. */
const DECLARED_FEATURES = [
  'InPlacePodLevelResourcesVerticalScaling',
  'InPlacePodVerticalScalingInitContainers',
  'RestartAllContainersOnContainerExits',
];

/** What a node agent reports of a node that is well. */
export function healthyConditions(time: string): object[] {
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  });
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}

/** An address of the range 10.200.0.0/13, by where a node stands among all. */
export const nodeAddress = (index: number): string =>
  `10.${200 + Math.floor(index / 65_536)}.${Math.floor(index / 256) % 256}.${index % 256}`;
