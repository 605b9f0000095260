import type { Endpoint, EndpointSlice } from '#api/discovery/v1/endpoint-slice.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ResolvedPort } from '../shared/services/service-pods.ts';
import { type PortGroup, portKey } from './slice-endpoints.ts';

/** Endpoints of one slice. */
export const MAX_ENDPOINTS = 100;

/** What to do so that the slices of one address family hold the endpoints wanted. */
export interface SlicePlan {
  readonly create: readonly { readonly ports: readonly ResolvedPort[]; readonly endpoints: readonly Endpoint[] }[];
  readonly update: readonly { readonly slice: EndpointSlice; readonly endpoints: readonly Endpoint[] }[];
  readonly remove: readonly EndpointSlice[];
}

/**
 * Moves endpoints as little as possible: those that stay, stay in their slice; new ones fill slices that change anyway,
 * then one with room, then new slices. A Service without endpoints keeps one empty slice. `outdated` slices are
 * written though their endpoints have not changed.
 */
export function planSlices(
  groups: readonly PortGroup[],
  existing: readonly EndpointSlice[],
  outdated: (slice: EndpointSlice) => boolean,
): SlicePlan {
  const plan = { create: [] as Draft[], update: [] as Change[], remove: [] as EndpointSlice[] };
  const byPorts = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = portKey(slice.ports ?? []);
    byPorts.set(key, [...(byPorts.get(key) ?? []), slice]);
  }
  for (const group of groups) {
    const key = portKey(group.ports);
    planGroup(group, byPorts.get(key) ?? [], outdated, plan);
    byPorts.delete(key);
  }
  const left = [...byPorts.values()].flat();
  if (groups.length > 0) plan.remove.push(...left);
  else planEmpty(left, outdated, plan);
  return plan;
}

type Draft = SlicePlan['create'][number];
type Change = SlicePlan['update'][number];
interface Draftable {
  readonly create: Draft[];
  readonly update: Change[];
  readonly remove: EndpointSlice[];
}

function planEmpty(left: readonly EndpointSlice[], outdated: (slice: EndpointSlice) => boolean, plan: Draftable): void {
  const placeholder = left.find(({ ports }) => (ports ?? []).length === 0);
  if (placeholder === undefined) plan.create.push({ ports: [], endpoints: [] });
  else if ((placeholder.endpoints?.length ?? 0) > 0 || outdated(placeholder)) {
    plan.update.push({ slice: placeholder, endpoints: [] });
  }
  plan.remove.push(...left.filter((slice) => slice !== placeholder));
}

function planGroup(
  { ports, endpoints }: PortGroup,
  slices: readonly EndpointSlice[],
  outdated: (slice: EndpointSlice) => boolean,
  plan: Draftable,
): void {
  const wanted = new Map(endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const drafts = slices.map((slice) => {
    const kept: Endpoint[] = [];
    for (const endpoint of slice.endpoints ?? []) {
      const now = wanted.get(identity(endpoint));
      if (now === undefined) continue;
      kept.push(now);
      wanted.delete(identity(endpoint));
    }
    return { slice, kept, changed: outdated(slice) || !deepEqual(kept, slice.endpoints ?? []) };
  });
  const fresh = [...wanted.values()];
  const fullest = drafts.filter(({ changed }) => changed).sort((a, b) => b.kept.length - a.kept.length);
  for (const { kept } of fullest) kept.push(...fresh.splice(0, MAX_ENDPOINTS - kept.length));
  while (fresh.length > 0) {
    const fitting = drafts
      .filter(({ kept }) => kept.length + fresh.length <= MAX_ENDPOINTS)
      .sort((a, b) => b.kept.length - a.kept.length)[0];
    if (fitting) {
      fitting.kept.push(...fresh.splice(0));
      fitting.changed = true;
    } else plan.create.push({ ports, endpoints: fresh.splice(0, MAX_ENDPOINTS) });
  }
  for (const { slice, kept, changed } of drafts) {
    if (kept.length === 0) plan.remove.push(slice);
    else if (changed) plan.update.push({ slice, endpoints: kept });
  }
}

const identity = ({ targetRef, addresses }: Endpoint): string => `${targetRef?.uid ?? ''} ${addresses.join(',')}`;
