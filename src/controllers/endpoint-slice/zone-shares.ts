import type { Node } from '#api/core/v1/node.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { isNodeReady } from '../shared/nodes/node-ready.ts';

export const ZONE = 'topology.kubernetes.io/zone';
const EXCLUDED = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/** The share of the cluster's CPUs that each zone has. Undefined when a node does not say, or all are in one zone. */
export function zoneShares(nodes: readonly Node[]): ReadonlyMap<string, number> | undefined {
  const cpus = new Map<string, number>();
  for (const node of nodes) {
    if (!isCounted(node)) continue;
    const [zone, cpu] = [node.metadata?.labels?.[ZONE], cpuOf(node)];
    if (!zone || cpu === 0) return undefined;
    cpus.set(zone, (cpus.get(zone) ?? 0) + cpu);
  }
  if (cpus.size < 2) return undefined;
  const total = [...cpus.values()].reduce((sum, cpu) => sum + cpu, 0);
  return new Map([...cpus].sort().map(([zone, cpu]) => [zone, cpu / total]));
}

const isCounted = (node: Node): boolean =>
  isNodeReady(node) && !EXCLUDED.some((label) => node.metadata?.labels?.[label] !== undefined);

const cpuOf = ({ status }: Node): number => parseQuantity(status?.allocatable?.['cpu'] ?? '0').milliValue();

/** All of a node that shares depend on, as a text to compare. */
export const shareFacts = (node: Node): string =>
  JSON.stringify([isCounted(node), node.metadata?.labels?.[ZONE], cpuOf(node)]);
