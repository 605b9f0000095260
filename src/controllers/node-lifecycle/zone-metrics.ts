import type { Node } from '#api/core/v1/node.ts';
import type { Cell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';
import { isNodeReady } from '../shared/nodes/node-ready.ts';
import { tellsOfZone, zoneOf } from './eviction-pace.ts';

/** Tells of the zones how many nodes they have and how many of them are ready; counts nodes that are emptied, by zone. */
export function countZones(registry: MetricRegistry | undefined, nodes: () => readonly Node[]) {
  const collect = (value: (zone: { readonly size: number; readonly ready: number }) => number) =>
    function* () {
      for (const [name, zone] of zonesOf(nodes())) yield [[name], value(zone)] as const;
    };
  const labels = ['zone'];
  const gauge = (name: string, help: string, of: ReturnType<typeof collect>) =>
    registry?.collected('gauge', `node_collector_${name}`, { help, labels, collect: of });
  gauge(
    'zone_size',
    'Nodes of a zone',
    collect(({ size }) => size),
  );
  gauge(
    'zone_health',
    'How many of a hundred nodes of a zone are ready',
    collect(({ size, ready }) => (100 * ready) / size),
  );
  gauge(
    'unhealthy_nodes_in_zone',
    'Nodes of a zone that are not ready',
    collect(({ size, ready }) => size - ready),
  );
  const evictions: Labelled<Cell> | undefined = registry?.counter(
    'node_collector_evictions_total',
    'Nodes whose pods were sent away',
    labels,
  );
  return evictions;
}

function zonesOf(nodes: readonly Node[]): ReadonlyMap<string, { size: number; ready: number }> {
  const zones = new Map<string, { size: number; ready: number }>();
  for (const node of nodes) {
    if (!tellsOfZone(node)) continue;
    const zone = zones.get(zoneLabel(node)) ?? { size: 0, ready: 0 };
    zones.set(zoneLabel(node), zone);
    zone.size++;
    if (isNodeReady(node)) zone.ready++;
  }
  return zones;
}

/** Nodes that are in no zone have none to tell of. */
export const zoneLabel = (node: Node): string => (zoneOf(node) === ':' ? '' : zoneOf(node));
