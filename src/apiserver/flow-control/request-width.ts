import type { ResourceTarget } from '../request.ts';

/** Objects that a list may look at for one seat. */
const OBJECTS_PER_SEAT = 100;
/** Watches that may be told of a write for one seat, for so long. */
const WATCHES_PER_SEAT = 10;
const TELLING_MS = 5;
/** No request occupies more seats than this, nor more than its level lets it. */
const MOST_SEATS = 10;
const LEVEL_PART = 0.15;

export interface WidthRequest {
  readonly target: ResourceTarget | undefined;
  readonly query: URLSearchParams;
}

export interface WidthSource {
  /** How many objects of a resource there are. */
  readonly count: (target: ResourceTarget) => number;
  /** How many watches a write concerns. */
  readonly watches: (target: ResourceTarget) => number;
  /** Seats and hand size of the request's level; without a hand size, requests of the level do not queue. */
  readonly level: { readonly seats: number; readonly handSize?: number | undefined };
}

/** What a request occupies: seats until it is answered, and for how long afterwards. */
export interface Width {
  readonly seats: number;
  readonly additionalMs: number;
}

/**
 * How many seats a request occupies: a list, or a watch that begins with the present state, as many as it has objects to
 * look at; a write as many as it has watches to tell, until they are told; everything else one.
 */
export function requestWidth({ target, query }: WidthRequest, source: WidthSource): Width {
  if (target === undefined) return ONE;
  const most = mostSeats(source.level);
  if (isWrite(target)) return widthOfWrite(source.watches(target), most);
  if (!readsMany(target, query)) return ONE;
  if (/(^|,)metadata\.name=/.test(query.get('fieldSelector') ?? '')) return ONE;
  const seats = Math.ceil(objectsToRead(query, source.count(target)) / OBJECTS_PER_SEAT);
  return { seats: Math.min(most, Math.max(1, seats)), additionalMs: 0 };
}

const ONE: Width = { seats: 1, additionalMs: 0 };

function mostSeats({ seats, handSize }: WidthSource['level']): number {
  if (handSize === undefined) return MOST_SEATS;
  const part = Math.min(Math.ceil(seats * LEVEL_PART), Math.floor(seats / handSize));
  return Math.max(1, Math.min(MOST_SEATS, part));
}

/** The work of telling is the same where fewer seats have to do it: then it takes longer. */
function widthOfWrite(watches: number, most: number): Width {
  if (watches < WATCHES_PER_SEAT) return ONE;
  const wanted = Math.ceil(watches / WATCHES_PER_SEAT);
  const seats = Math.min(wanted, most);
  return { seats, additionalMs: (wanted * TELLING_MS) / seats };
}

const WRITES = new Set(['create', 'update', 'patch', 'delete']);

/** Tokens are made for service accounts, which does not change them. */
const isWrite = ({ verb, resource, subresource }: ResourceTarget): boolean =>
  WRITES.has(verb) && !(resource === 'serviceaccounts' && subresource === 'token');

function readsMany({ verb, name }: ResourceTarget, query: URLSearchParams): boolean {
  if (name !== '') return false;
  if (verb === 'list') return true;
  if (verb !== 'watch') return false;
  return query.get('sendInitialEvents') === 'true' || ['', '0'].includes(query.get('resourceVersion') ?? '');
}

/** A page costs what it holds, unless objects are left out on the way. */
function objectsToRead(query: URLSearchParams, stored: number): number {
  const limit = Number(query.get('limit') ?? 0);
  const selects = query.get('labelSelector') || query.get('fieldSelector');
  return limit > 0 && !selects ? Math.min(limit, stored) : stored;
}
