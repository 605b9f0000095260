import type { ResourceTarget } from '../request.ts';

/** Objects that a list may look at for one seat. */
const OBJECTS_PER_SEAT = 100;
/** No request occupies more seats than this, nor more than this part of its level's. */
const MOST_SEATS = 10;
const LEVEL_PART = 0.15;

export interface WidthRequest {
  readonly target: ResourceTarget | undefined;
  readonly query: URLSearchParams;
}

/**
 * How many seats a request occupies: a list, or a watch that begins with the present state, as many as it has objects to
 * look at; everything else one. `count` tells how many objects of a resource there are.
 */
export function requestWidth(
  { target, query }: WidthRequest,
  { count, levelSeats }: { readonly count: (target: ResourceTarget) => number; readonly levelSeats: number },
): number {
  if (target === undefined || !readsMany(target, query)) return 1;
  if (/(^|,)metadata\.name=/.test(query.get('fieldSelector') ?? '')) return 1;
  const most = Math.max(1, Math.min(MOST_SEATS, Math.floor(levelSeats * LEVEL_PART)));
  return Math.min(most, Math.max(1, Math.ceil(objectsToRead(query, count(target)) / OBJECTS_PER_SEAT)));
}

function readsMany({ verb, name }: ResourceTarget, query: URLSearchParams): boolean {
  if (name !== '') return false;
  if (verb === 'list' || verb === 'deletecollection') return true;
  return verb === 'watch' && query.get('sendInitialEvents') === 'true';
}

/** A page costs what it holds, unless objects are left out on the way. */
function objectsToRead(query: URLSearchParams, stored: number): number {
  const limit = Number(query.get('limit') ?? 0);
  const selects = query.get('labelSelector') || query.get('fieldSelector');
  return limit > 0 && !selects ? Math.min(limit, stored) : stored;
}
