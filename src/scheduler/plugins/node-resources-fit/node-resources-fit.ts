import { MAX_NODE_SCORE, type Plugin } from '../../framework/plugin.ts';
import { unresolvable, unschedulable } from '../../framework/status.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import type { PodInfo } from '../../state/pod-info.ts';

const NAME = 'NodeResourcesFit';

/** A pod fits where what it asks for is still free; nodes with more left are preferred. */
export const nodeResourcesFit: Plugin = {
  name: NAME,
  events: ['NodeAdd', 'NodeUpdateAllocatable', 'AssignedPodDelete', 'AssignedPodUpdate'],
  filter({ pod }, node) {
    const { short, never } = insufficient(pod, node);
    if (short.length === 0) return undefined;
    return never ? unresolvable(NAME, ...short) : unschedulable(NAME, ...short);
  },
  /** LeastAllocated over CPU and memory, equally weighted. */
  score: ({ pod }, node) =>
    Math.floor(
      (leastAllocated(node.nonZero.milliCpu + pod.nonZero.milliCpu, node.allocatable.milliCpu) +
        leastAllocated(node.nonZero.memory + pod.nonZero.memory, node.allocatable.memory)) /
        2,
    ),
};

const leastAllocated = (requested: number, capacity: number): number =>
  capacity === 0 || requested > capacity ? 0 : Math.floor(((capacity - requested) * MAX_NODE_SCORE) / capacity);

/** What is missing, as people are told; `never` when not even the empty node would do. */
export function insufficient(pod: PodInfo, node: NodeInfo): { readonly short: string[]; readonly never: boolean } {
  const { requests } = pod;
  const { allocatable, requested } = node;
  const short: string[] = [];
  let never = false;
  const check = (name: string, wanted: number, capacity: number, used: number) => {
    if (wanted === 0 || wanted <= capacity - used) return;
    short.push(`Insufficient ${name}`);
    if (wanted > capacity) never = true;
  };
  if (node.pods.size + 1 > allocatable.pods) short.push('Too many pods');
  check('cpu', requests.milliCpu, allocatable.milliCpu, requested.milliCpu);
  check('memory', requests.memory, allocatable.memory, requested.memory);
  check('ephemeral-storage', requests.ephemeralStorage, allocatable.ephemeralStorage, requested.ephemeralStorage);
  for (const [name, wanted] of requests.scalars) {
    check(name, wanted, allocatable.scalars.get(name) ?? 0, requested.scalars.get(name) ?? 0);
  }
  return { short, never };
}
