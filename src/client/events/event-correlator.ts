import type { Event } from '#api/core/v1/event.ts';
import { RecentMap } from '#base/recent-map.ts';

/** How much is remembered of each kind. */
const MOST_REMEMBERED = 4096;
/** So many events that differ only in what they say, each not long after the last, become one. */
const SIMILAR = 10;
const SIMILAR_MS = 600_000;
/** A source may tell so much of an object at once, and then one more in so long. */
const BURST = 25;
const REFILL_MS = 300_000;

/** An event as it is to be told: created, or counted up where it was told before. */
export interface Correlated {
  readonly event: Event;
  readonly isRepeated: boolean;
}

interface Told {
  readonly name: string;
  readonly firstTimestamp: string | undefined;
  readonly count: number;
}

interface Similar {
  /** What they said; no more than are needed to know that they are too many. */
  readonly messages: Set<string>;
  lastAt: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * Keeps a cluster from drowning in events, by upstream's rules: the same event again counts up the first one, many that
 * differ only in what they say become one, and of a single object a source tells only so much.
 */
export class EventCorrelator {
  readonly #told = new RecentMap<string, Told>(MOST_REMEMBERED);
  readonly #similar = new RecentMap<string, Similar>(MOST_REMEMBERED);
  readonly #buckets = new RecentMap<string, Bucket>(MOST_REMEMBERED);

  /** What is to be told when `event` happens at `now`, in milliseconds; undefined when nothing. */
  correlate(event: Event, now: number): Correlated | undefined {
    const group = groupKey(event);
    const combines = this.#isOneOfMany(group, event.message ?? '', now);
    const shown = combines ? { ...event, message: `(combined from similar events): ${event.message}` } : event;
    const key = combines ? group : eventKey(event);
    const told = this.#told.get(key);
    const counted = told
      ? {
          ...shown,
          metadata: { ...shown.metadata, name: told.name },
          ...(told.firstTimestamp === undefined ? {} : { firstTimestamp: told.firstTimestamp }),
          count: told.count + 1,
        }
      : { ...shown, count: 1 };
    const { metadata, firstTimestamp, count } = counted;
    this.#told.set(key, { name: metadata.name ?? '', firstTimestamp, count });
    if (!this.#mayTell(sourceKey(event), now)) return undefined;
    return { event: counted, isRepeated: told !== undefined };
  }

  #isOneOfMany(group: string, message: string, now: number): boolean {
    let similar = this.#similar.get(group);
    if (similar === undefined || now - similar.lastAt > SIMILAR_MS) similar = { messages: new Set(), lastAt: now };
    similar.messages.add(message);
    similar.lastAt = now;
    this.#similar.set(group, similar);
    if (similar.messages.size < SIMILAR) return false;
    similar.messages.delete(similar.messages.values().next().value as string);
    return true;
  }

  #mayTell(source: string, now: number): boolean {
    const bucket = this.#buckets.get(source) ?? { tokens: BURST, at: now };
    bucket.tokens = Math.min(BURST, bucket.tokens + Math.max(0, now - bucket.at) / REFILL_MS);
    bucket.at = now;
    this.#buckets.set(source, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}

const SEPARATOR = '\0';

function sourceKey({ involvedObject, type }: Event): string {
  const { kind, namespace, name, uid, apiVersion } = involvedObject;
  return [kind, namespace, name, uid, apiVersion, type].join(SEPARATOR);
}

const groupKey = (event: Event): string => [sourceKey(event), event.reason].join(SEPARATOR);

const eventKey = (event: Event): string =>
  [groupKey(event), event.involvedObject.fieldPath, event.message].join(SEPARATOR);
