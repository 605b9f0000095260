import type { Node } from '#api/core/v1/node.ts';

export interface SimulatedNodeTemplate {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export const defaultNodeTemplate: SimulatedNodeTemplate = { cpu: '32', memory: '256Gi', pods: '110' };

/** The node object that a node agent of this name would register. `time` is RFC 3339. */
export function simulatedNode(
  name: string,
  template: SimulatedNodeTemplate,
  at: { time: string; address: string },
): Node {
  const capacity = { cpu: template.cpu, memory: template.memory, pods: template.pods, 'ephemeral-storage': '1Ti' };
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: at.time,
    lastTransitionTime: at.time,
  });
  return {
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'knarr.dev/simulated': 'true',
        ...template.labels,
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
    },
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      addresses: [
        { type: 'InternalIP', address: at.address },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
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
    },
  } as Node;
}
