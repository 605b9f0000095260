import type { Service } from '#api/core/v1/service.ts';
import type { Endpoint } from '#api/discovery/v1/endpoint-slice.ts';
import type { PortGroup } from './slice-endpoints.ts';

const MODES = ['service.kubernetes.io/topology-aware-hints', 'service.kubernetes.io/topology-mode'];
/** How much more than its share an endpoint may get. */
const OVERLOAD = 0.2;

/** Whether a Service wants its traffic kept in zones as far as their CPUs allow. */
export const wantsZoneHints = ({ metadata }: Service): boolean =>
  MODES.map((mode) => metadata?.annotations?.[mode]).some((value) => value === 'Auto' || value === 'auto');

/** Endpoints with hints, or without any and why. */
export interface HintedGroups {
  readonly groups: readonly PortGroup[];
  readonly refused?: string;
}

/**
 * Hints every ready endpoint to its own zone, and as many as it takes to another that each zone gets its share.
 * `current` gives the zone that an endpoint is hinted to now: what is good enough stays.
 */
export function addZoneHints(
  groups: readonly PortGroup[],
  shares: ReadonlyMap<string, number> | undefined,
  current: (endpoint: Endpoint) => string | undefined,
): HintedGroups {
  const ready = groups.flatMap(({ endpoints }) => endpoints).filter(({ conditions }) => conditions?.ready);
  const allotted = allot(ready.length, shares);
  if (typeof allotted === 'string') return { groups, refused: allotted };
  if (ready.some(({ zone }) => !zone)) return { groups, refused: 'One or more endpoints do not have a zone specified' };
  const standing = new Map(ready.map((endpoint) => [endpoint, current(endpoint)]));
  const zones = isGoodEnough([...standing.values()], allotted) ? standing : distribute(ready, allotted, current);
  return { groups: groups.map((group) => ({ ...group, endpoints: group.endpoints.map((one) => hinted(one, zones)) })) };
}

function hinted(endpoint: Endpoint, zones: ReadonlyMap<Endpoint, string | undefined>): Endpoint {
  const name = zones.get(endpoint);
  return name === undefined ? endpoint : { ...endpoint, hints: { forZones: [{ name }] } };
}

interface Allotment {
  readonly least: number;
  readonly most: number;
  readonly wanted: number;
}

/** How many endpoints each zone shall have; a text when no way leaves none of them overloaded. */
function allot(
  count: number,
  shares: ReadonlyMap<string, number> | undefined,
): ReadonlyMap<string, Allotment> | string {
  if (shares === undefined) {
    return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
  }
  const sizes = `(${count} endpoints, ${shares.size} zones)`;
  if (shares.size > count) return `Insufficient number of endpoints ${sizes}`;
  const least = new Map([...shares].map(([zone, share]) => [zone, Math.ceil((share * count) / (1 + OVERLOAD))]));
  const left = count - [...least.values()].reduce((sum, one) => sum + one, 0);
  if (left < 0) {
    return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${sizes}`;
  }
  return new Map(
    [...least].map(([zone, min]) => {
      const wanted = Math.max((shares.get(zone) ?? 0) * count, min);
      return [zone, { least: min, most: min + left, wanted }];
    }),
  );
}

function isGoodEnough(hints: readonly (string | undefined)[], allotted: ReadonlyMap<string, Allotment>): boolean {
  if (hints.some((zone) => zone === undefined || !allotted.has(zone))) return false;
  return [...allotted].every(([zone, { least, most }]) => {
    const count = hints.filter((one) => one === zone).length;
    return count >= least && count <= most;
  });
}

function distribute(
  ready: readonly Endpoint[],
  allotted: ReadonlyMap<string, Allotment>,
  current: (endpoint: Endpoint) => string | undefined,
): Map<Endpoint, string | undefined> {
  const zones = new Map<Endpoint, string | undefined>(ready.map((endpoint) => [endpoint, endpoint.zone]));
  const surplus = new Map<string, number>();
  for (const zone of new Set([...allotted.keys(), ...zones.values()])) {
    const count = ready.filter((endpoint) => endpoint.zone === zone).length;
    // A zone without nodes that count keeps nothing.
    if (zone !== undefined) surplus.set(zone, count - (allotted.get(zone)?.wanted ?? 0));
  }
  for (;;) {
    const [giving, give] = extreme(surplus, 1);
    const [receiving, receive] = extreme(surplus, -1);
    if ((give < 1 && receive < 1) || give < 0.5 || receive < 0.5) return zones;
    const candidates = ready.filter((endpoint) => endpoint.zone === giving && zones.get(endpoint) === giving);
    const moved = candidates.find((endpoint) => current(endpoint) === receiving) ?? candidates[0];
    if (moved === undefined) return zones;
    zones.set(moved, receiving);
    surplus.set(giving, give - 1);
    surplus.set(receiving, 1 - receive);
  }
}

/** The zone with the greatest surplus, or with the greatest lack for a `sign` of -1, and how great it is. */
function extreme(surplus: ReadonlyMap<string, number>, sign: 1 | -1): [zone: string, amount: number] {
  let found: [string, number] = ['', 0];
  for (const [zone, amount] of surplus) if (sign * amount > found[1]) found = [zone, sign * amount];
  return found;
}
