import { type CacheEvent, CacheEventBatch } from './cache-event.ts';

/** Why a watch ended without being cancelled by its owner. */
export type CacheWatchEnd =
  /** It was paused while more than its limit of events piled up. The owner tells its client to watch anew. */
  | 'slow'
  /** The cache was closed. */
  | 'closed';

export interface CacheWatchListener<T> {
  /** Called at most once a tick, and for what is replayed piece by piece, in order, every event once. Must not throw. */
  onEvents(batch: CacheEventBatch<T>): void;
  /** Called once at most; never after `cancel`. */
  onEnd?(reason: CacheWatchEnd): void;
}

/** What `ObjectCache.watch` tells a watch it makes. */
export interface CacheWatchOptions<T> {
  /** Events at or before this revision are not delivered. */
  readonly position: number;
  /** Events from the cache's history that come first. */
  readonly replay: readonly CacheEvent<T>[];
  /** How many events may pile up while the watch is paused, those of the replay left aside. */
  readonly pendingLimit: number;
  /** The revision up to which every watch that is not paused has been given its events. */
  readonly deliveredRevision: () => number;
  readonly release: (watch: CacheWatch<T>) => void;
}

/** Events of the past that are handed over at a time: a consumer that is slow takes no more than these at once. */
const REPLAYED = 500;

/** One watcher of an `ObjectCache`. */
export class CacheWatch<T> {
  readonly #listener: CacheWatchListener<T>;
  readonly #options: CacheWatchOptions<T>;
  #position: number;
  #delivered: number;
  #pending: CacheEventBatch<T>[] = [];
  #pendingCount = 0;
  #paused = false;
  #ended = false;

  constructor(listener: CacheWatchListener<T>, options: CacheWatchOptions<T>) {
    this.#listener = listener;
    this.#options = options;
    this.#position = options.position;
    this.#delivered = options.replay[0] ? options.replay[0].revision - 1 : options.position;
    for (let first = 0; first < options.replay.length; first += REPLAYED) {
      this.#enqueue(new CacheEventBatch(options.replay.slice(first, first + REPLAYED)));
    }
  }

  /**
   * Every event up to this revision that the watch wants was given to its listener: what a bookmark may say. It also
   * advances when nothing that the watch wants happens.
   */
  get revision(): number {
    if (this.#pending.length > 0) return this.#delivered;
    return Math.max(this.#options.position, this.#options.deliveredRevision());
  }

  /** Events that wait because the watch is paused. */
  get pending(): number {
    return this.#pendingCount;
  }

  /** Stops deliveries while the consumer cannot take more (a full socket). Events pile up to the watch's limit, then it ends. */
  pause(): void {
    this.#paused = true;
  }

  /** Delivers what piled up, at once, and goes on. */
  resume(): void {
    this.#paused = false;
    while (!this.#paused && !this.#ended) {
      const batch = this.#pending.shift();
      if (!batch) return;
      this.#pendingCount -= batch.events.length;
      this.#hand(batch);
    }
  }

  /** For the cache: delivers the replay, unless the watch was paused before. */
  start(): void {
    if (!this.#paused) this.resume();
  }

  /** No call of the listener happens after this returns. Idempotent. */
  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#pending = [];
    this.#options.release(this);
  }

  /** For the cache: ends the watch and tells its owner. */
  end(reason: CacheWatchEnd): void {
    if (this.#ended) return;
    this.cancel();
    this.#listener.onEnd?.(reason);
  }

  /** For the cache: hands over a batch, from which events at or before the watch's position are left out. */
  deliver(shared: CacheEventBatch<T>): void {
    const batch = this.#unseen(shared);
    const last = batch?.events[batch.events.length - 1];
    if (!batch || !last || this.#ended) return;
    this.#position = last.revision;
    if (!this.#paused && this.#pending.length === 0) this.#hand(batch);
    else this.#enqueue(batch);
  }

  #hand(batch: CacheEventBatch<T>): void {
    this.#delivered = batch.events[batch.events.length - 1]!.revision;
    this.#listener.onEvents(batch);
  }

  #enqueue(batch: CacheEventBatch<T>): void {
    this.#pending.push(batch);
    this.#pendingCount += batch.events.length;
    if (this.#pendingCount > this.#options.pendingLimit + this.#options.replay.length) this.end('slow');
  }

  #unseen(shared: CacheEventBatch<T>): CacheEventBatch<T> | undefined {
    const isNew = (event: CacheEvent<T>) => event.revision > this.#position;
    const first = shared.events[0];
    if (!first || isNew(first)) return shared;
    const events = shared.events.filter(isNew);
    return events.length > 0 ? new CacheEventBatch(events) : undefined;
  }
}
