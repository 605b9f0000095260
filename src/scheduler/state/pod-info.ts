import type { Pod } from '#api/core/v1/pod.ts';
import { keyOf } from '#client/object-store.ts';
import { nonZeroRequests, podRequests } from './pod-resources.ts';
import type { ResourceAmounts } from './resources.ts';

/** A port of the node that a pod takes. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** A pod with what the scheduler asks of it again and again. Immutable. */
export interface PodInfo {
  readonly pod: Pod;
  /** `namespace/name` */
  readonly key: string;
  readonly uid: string;
  readonly priority: number;
  readonly requests: ResourceAmounts;
  readonly nonZero: { readonly milliCpu: number; readonly memory: number };
  readonly hostPorts: readonly HostPort[];
}

const ANY_ADDRESS = '0.0.0.0';

export function createPodInfo(pod: Pod): PodInfo {
  const containers = [
    ...(pod.spec?.containers ?? []),
    ...(pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always'),
  ];
  return {
    pod,
    key: keyOf(pod),
    uid: pod.metadata?.uid ?? '',
    priority: pod.spec?.priority ?? 0,
    requests: podRequests(pod),
    nonZero: nonZeroRequests(pod),
    hostPorts: containers.flatMap((container) =>
      (container.ports ?? [])
        .filter((port) => (port.hostPort ?? 0) > 0)
        .map((port) => ({
          ip: port.hostIP || ANY_ADDRESS,
          protocol: port.protocol || 'TCP',
          port: port.hostPort as number,
        })),
    ),
  };
}

/** Whether two host ports cannot stand side by side on one node. */
export const portsConflict = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY_ADDRESS || b.ip === ANY_ADDRESS);
