import type { ResourceTarget } from '../request.ts';

/** Bytes of objects that a list may hold at once for one seat. */
const BYTES_PER_SEAT = 100_000;
/** What comes from the cache is sent piece by piece: a list never holds more than this. */
const MOST_AT_ONCE = 1_000_000;
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

/** What there is of a resource. */
export interface StoredObjects {
  readonly count: number;
  /** Of one object, as it is stored. */
  readonly averageBytes: number;
}

export interface WidthSource {
  readonly stored: (target: ResourceTarget) => StoredObjects;
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
 * tell, by their size; a write as many as it has watches to tell, until they are told; everything else one.
 */
export function requestWidth({ target, query }: WidthRequest, source: WidthSource): Width {
  if (target === undefined) return ONE;
  const most = mostSeats(source.level);
  if (isWrite(target)) return widthOfWrite(source.watches(target), most);
  if (!readsMany(target, query)) return ONE;
  const seats = Math.ceil(bytesAtOnce(target, query, source.stored(target)) / BYTES_PER_SEAT);
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

/** A page costs what it holds, unless it is looked for in the past, where objects are left out on the way. */
function bytesAtOnce(target: ResourceTarget, query: URLSearchParams, { count, averageBytes }: StoredObjects): number {
  const fieldSelector = query.get('fieldSelector') ?? '';
  if (/(^|,)metadata\.name=/.test(fieldSelector)) return averageBytes;
  const limit = Number(query.get('limit') ?? 0);
  const told = limit > 0 ? Math.min(limit, count) : count;
  if (target.verb === 'watch' || !isOfThePast(query)) return Math.min(told * averageBytes, MOST_AT_ONCE);
  const selects = query.get('labelSelector') || fieldSelector !== '';
  return (selects ? Math.max(told, Math.floor(count / 2)) : told) * averageBytes;
}

/** Whether a list is of a revision of its own, which upstream asks its store for. */
function isOfThePast(query: URLSearchParams): boolean {
  const [match, revision] = [query.get('resourceVersionMatch') ?? '', query.get('resourceVersion') ?? ''];
  if (match !== '') return match !== 'NotOlderThan';
  if (query.get('continue')) return true;
  return Number(query.get('limit') ?? 0) > 0 && revision !== '' && revision !== '0';
}
