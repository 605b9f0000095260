import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { isPodFinished } from '../shared/pods.ts';

/** Why a pod is removed. */
export type Reason = 'out-of-service' | 'terminated' | 'orphaned' | 'unscheduled';

export interface Collected {
  readonly pod: Pod;
  readonly reason: Reason;
}

export interface CollectInput {
  readonly pods: readonly Pod[];
  readonly nodes: ReadonlyMap<string, Node>;
  /** Whether a node has been gone for long enough that its pods are lost. */
  readonly isGone: (node: string) => boolean;
  readonly terminatedPodThreshold: number;
}

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/** Pods that nobody will remove by themselves, each once. */
export function podsToCollect({ pods, nodes, isGone, terminatedPodThreshold }: CollectInput): Collected[] {
  const collected = new Map<Pod, Reason>();
  const add = (reason: Reason, some: readonly Pod[]) => {
    for (const pod of some) if (!collected.has(pod)) collected.set(pod, reason);
  };
  add('terminated', beyond(terminatedPodThreshold, pods));
  add(
    'out-of-service',
    pods.filter((pod) => isTerminating(pod) && isOutOfService(nodes.get(pod.spec?.nodeName ?? ''))),
  );
  add(
    'orphaned',
    pods.filter(({ spec }) => spec?.nodeName && !nodes.has(spec.nodeName) && isGone(spec.nodeName)),
  );
  add(
    'unscheduled',
    pods.filter((pod) => isTerminating(pod) && !pod.spec?.nodeName),
  );
  return [...collected].map(([pod, reason]) => ({ pod, reason }));
}

const isTerminating = ({ metadata }: Pod): boolean => metadata?.deletionTimestamp !== undefined;

function isOutOfService(node: Node | undefined): boolean {
  if (node === undefined) return false;
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status !== 'True' && (node.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE) ?? false);
}

/** Finished pods more than a threshold, evicted ones and the oldest first. */
function beyond(threshold: number, pods: readonly Pod[]): Pod[] {
  if (threshold <= 0) return [];
  const finished = pods.filter(isPodFinished);
  const rank = ({ status, metadata }: Pod) =>
    `${status?.reason === 'Evicted' ? 0 : 1} ${metadata?.creationTimestamp ?? ''} ${metadata?.name}`;
  return finished.sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, Math.max(0, finished.length - threshold));
}
