import type { Node } from '#api/core/v1/node.ts';
import type { NodeInfo } from './node-info.ts';

/** Where a node is, as far as its labels say. */
export function zoneOf({ metadata }: Node): string {
  const labels = metadata?.labels ?? {};
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  return `${region}\0${zone}`;
}

/** Nodes of one zone after another by turns, so that a search that ends early has seen all zones alike. */
export function byZonesInTurn(nodes: Iterable<NodeInfo>): NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  for (const node of nodes) {
    const zone = zoneOf(node.node);
    const known = zones.get(zone);
    if (known) known.push(node);
    else zones.set(zone, [node]);
  }
  const [only] = zones.values();
  if (zones.size <= 1) return only ?? [];
  const ordered: NodeInfo[] = [];
  let left = [...zones.values()];
  for (let turn = 0; left.length > 0; turn++) {
    for (const zone of left) ordered.push(zone[turn] as NodeInfo);
    left = left.filter((zone) => zone.length > turn + 1);
  }
  return ordered;
}
