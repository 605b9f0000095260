import type { Logger } from '#base/logger.ts';
import type { Store, StoreEvent, StoreWatch } from '../store.ts';
import { RevisionWaiters } from './revision-waiters.ts';

/** Receives the events of one key prefix: those of one committed batch in one call, in order. */
export type FeedListener = (events: readonly StoreEvent[]) => void;

export interface StoreFeedOptions {
  readonly store: Store;
  readonly logger?: Logger;
}

const NONE: readonly FeedListener[] = [];

/**
 * One watch of a store that feeds any number of caches, each by its key prefix, at a cost that does not grow with their
 * number. Its `revision` is the point all of them have reached.
 */
export class StoreFeed {
  readonly store: Store;
  readonly #logger: Logger | undefined;
  readonly #listeners = new Map<string, readonly FeedListener[]>();
  readonly #waiters = new RevisionWaiters();
  #watch: StoreWatch | undefined;
  #revision: number;

  private constructor(options: StoreFeedOptions) {
    this.store = options.store;
    this.#logger = options.logger;
    this.#revision = options.store.revision;
  }

  /** Starts watching at the store's current revision. */
  static async open(options: StoreFeedOptions): Promise<StoreFeed> {
    const feed = new StoreFeed(options);
    feed.#watch = await options.store.watch(feed.#revision, (events) => feed.#deliver(events));
    return feed;
  }

  /** Every event up to this revision was delivered to its listener. */
  get revision(): number {
    return this.#revision;
  }

  /** Resolves when `revision` is reached; rejects with the signal's reason when it aborts first. */
  waitFor(revision: number, signal?: AbortSignal): Promise<void> {
    return this.#waiters.wait(revision, this.#revision, signal);
  }

  /**
   * Routes events of keys under `prefix`, which ends in '/', to `listener` from the next batch on; the longest prefix of
   * a key wins. A prefix has one listener, or two while a cache takes another's place. Returns what undoes it.
   */
  subscribe(prefix: string, listener: FeedListener): () => void {
    if (!prefix.endsWith('/')) throw new Error(`subscribe to ${prefix}: prefix must end in /`);
    this.#listeners.set(prefix, [...(this.#listeners.get(prefix) ?? []), listener]);
    return () => {
      const left = (this.#listeners.get(prefix) ?? []).filter((each) => each !== listener);
      if (left.length > 0) this.#listeners.set(prefix, left);
      else this.#listeners.delete(prefix);
    };
  }

  close(): void {
    this.#watch?.cancel();
    this.#listeners.clear();
    this.#waiters.rejectAll(new Error('wait for revision: feed is closed'));
  }

  #deliver(events: readonly StoreEvent[]): void {
    for (const [listener, own] of this.#route(events)) {
      try {
        listener(own);
      } catch (error) {
        this.#logger?.error('Feed listener failed', { error });
      }
    }
    this.#revision = events[events.length - 1]?.revision ?? this.#revision;
    this.#waiters.reached(this.#revision);
  }

  #route(events: readonly StoreEvent[]): Map<FeedListener, StoreEvent[]> {
    const routed = new Map<FeedListener, StoreEvent[]>();
    for (const event of events) {
      for (const listener of this.#listenersOf(event.key)) {
        const own = routed.get(listener);
        if (own) own.push(event);
        else routed.set(listener, [event]);
      }
    }
    return routed;
  }

  #listenersOf(key: string): readonly FeedListener[] {
    for (let end = key.lastIndexOf('/'); end >= 0; end = key.lastIndexOf('/', end - 1)) {
      const listeners = this.#listeners.get(key.slice(0, end + 1));
      if (listeners) return listeners;
      if (end === 0) break;
    }
    return NONE;
  }
}
