import type { Node } from '#api/core/v1/node.ts';
import { isNodeReady } from '../shared/nodes/node-ready.ts';

const REGION = 'topology.kubernetes.io/region';
const ZONE = 'topology.kubernetes.io/zone';
const FORMER_REGION = 'failure-domain.beta.kubernetes.io/region';
const FORMER_ZONE = 'failure-domain.beta.kubernetes.io/zone';
/** Nodes a second whose pods are sent away. */
const RATE = 0.1;
const SLOW_RATE = 0.01;
/** A zone of which so many nodes are not ready is disturbed itself. */
const UNHEALTHY = 0.55;
/** A disturbed zone of no more nodes is left alone. */
const LARGE_ZONE = 50;

/** Former names of the labels go before: nodes that have both were labelled by somebody who knew the former ones. */
export function zoneOf({ metadata }: Node): string {
  const { labels = {} } = metadata ?? {};
  return `${labels[FORMER_REGION] ?? labels[REGION] ?? ''}:${labels[FORMER_ZONE] ?? labels[ZONE] ?? ''}`;
}

/** Nodes with this label, whatever its value, say nothing of how their zone is. */
const EXCLUDED = 'node.kubernetes.io/exclude-disruption';

/** Whether a node tells how its zone is. */
export const tellsOfZone = ({ metadata }: Node): boolean => metadata?.labels?.[EXCLUDED] === undefined;

/** How many nodes a second may be emptied in each zone; undefined when all nodes are silent: then it is this end. */
export function evictionRates(nodes: readonly Node[]): ReadonlyMap<string, number> | undefined {
  const zones = new Map<string, { ready: number; other: number }>();
  for (const node of nodes) {
    const counts = zones.get(zoneOf(node)) ?? { ready: 0, other: 0 };
    zones.set(zoneOf(node), counts);
    if (!tellsOfZone(node)) continue;
    if (isNodeReady(node)) counts.ready++;
    else counts.other++;
  }
  const all = [...zones];
  const isSilent = all.every(([, { ready }]) => ready === 0);
  if (isSilent && all.some(([, { other }]) => other > 0)) return undefined;
  return new Map(all.map(([zone, counts]) => [zone, rateOf(counts)]));
}

function rateOf({ ready, other }: { readonly ready: number; readonly other: number }): number {
  const disturbed = ready > 0 && other > 2 && other / (ready + other) >= UNHEALTHY;
  if (!disturbed) return RATE;
  return ready + other > LARGE_ZONE ? SLOW_RATE : 0;
}

/** Lets one node of a zone after another be emptied, at the zone's rate. */
export class EvictionPace {
  readonly #last = new Map<string, number>();

  /** Milliseconds to wait until a node of the zone may be emptied: 0 takes its turn, Infinity is never at this rate. */
  wait(zone: string, rate: number, now: number): number {
    if (rate === 0) return Number.POSITIVE_INFINITY;
    const last = this.#last.get(zone);
    const left = last === undefined ? 0 : last + 1000 / rate - now;
    if (left > 0) return left;
    this.#last.set(zone, now);
    return 0;
  }
}
