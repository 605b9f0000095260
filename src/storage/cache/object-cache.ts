import { KeyTree } from '../key-tree.ts';
import { CompactedError, type StoredValue, type StoreEvent, UnavailableValueError } from '../store.ts';
import { type CacheCodec, CacheEntry } from './cache-entry.ts';
import { CacheEvent } from './cache-event.ts';
import { CacheWatch, type CacheWatchListener } from './cache-watch.ts';
import { EventRing, type EventRingLimits } from './event-ring.ts';
import { type IndexFunction, ObjectIndex } from './object-index.ts';
import { Snapshots } from './snapshots.ts';
import type { StoreFeed } from './store-feed.ts';
import { WatchRoutes } from './watch-routes.ts';

/** A value under an index of the cache. */
export interface IndexQuery {
  readonly name: string;
  readonly value: string;
}

export interface ObjectCacheOptions<T> {
  readonly feed: StoreFeed;
  /** Of all keys of the cache; ends in '/'. No other cache on the feed may have it. */
  readonly prefix: string;
  readonly codec: CacheCodec<T>;
  /** By name. An index function makes every object be decoded as soon as it arrives. */
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** How far back a watch can resume; by default 10,000 events of any age, and up to 32,768 of the last 75 seconds. */
  readonly history?: Partial<EventRingLimits>;
  /** How many past revisions are kept for paged lists; 32 by default. */
  readonly snapshotLimit?: number;
  /** How many events may pile up for one paused watch; 1,000 by default. */
  readonly pendingLimit?: number;
  /** Runs a callback in the next tick; `setImmediate` by default. */
  readonly schedule?: (callback: () => void) => void;
}

export interface CacheListOptions<T> {
  /** Only keys under this prefix, which lies within the cache's. */
  readonly prefix?: string;
  /** Only keys greater than this one: the last key of the page before. */
  readonly after?: string;
  /** At most this many entries; 0 or absent means all. */
  readonly limit?: number;
  /** The state at exactly this revision, which the cache has reached; the current state when absent. */
  readonly revision?: number;
  /** Only entries with this index value. */
  readonly index?: IndexQuery;
  /** Only entries for which this holds; `limit` counts those. Pure. */
  readonly match?: (entry: CacheEntry<T>) => boolean;
}

export interface CacheList<T> {
  /** In ascending order of keys. */
  readonly entries: readonly CacheEntry<T>[];
  /** The revision of the state listed: give it to `watch` or to the list of the next page. */
  readonly revision: number;
  /** Whether entries remain past the limit. */
  readonly more: boolean;
  /** How many entries were looked at. */
  readonly visited: number;
}

/** What a watcher sees: one key, the keys under a prefix, or entries with an index value before or after the event. At most one of them; by default all. */
export interface CacheWatchRequest {
  readonly key?: string;
  /** Ends in '/' and lies within the cache's prefix. */
  readonly prefix?: string;
  readonly index?: IndexQuery;
  /** Only events after this revision; by default the cache's current one. */
  readonly from?: number;
  readonly pendingLimit?: number;
}

/**
 * Every live value under a key prefix, held once and kept current by a `StoreFeed`, with enough history that watches
 * resume and paged lists go on at their revision. It knows nothing of what the objects are. Reads are synchronous and
 * see every write made through the feed's store that has been acknowledged.
 */
export class ObjectCache<T> {
  readonly prefix: string;
  readonly #options: ObjectCacheOptions<T>;
  readonly #entries = new Map<string, CacheEntry<T>>();
  readonly #tree = new KeyTree<CacheEntry<T>>();
  readonly #indexes: ReadonlyMap<string, ObjectIndex<T>>;
  readonly #snapshots: Snapshots<CacheEntry<T>>;
  readonly #routes = new WatchRoutes<T>();
  readonly #primed = new WeakMap<Uint8Array, T>();
  #ring: EventRing<T>;
  #loading: StoreEvent[] | undefined = [];
  #lastEventRevision = 0;
  #flushedRevision = 0;
  #received = 0;
  #bytes = 0;
  #fault: UnavailableValueError | undefined;
  #unsubscribe: () => void;

  private constructor(options: ObjectCacheOptions<T>) {
    this.prefix = options.prefix;
    this.#options = options;
    this.#indexes = new Map(
      Object.entries(options.indexes ?? {}).map(([name, valuesOf]) => [name, new ObjectIndex(valuesOf)]),
    );
    this.#snapshots = new Snapshots(options.snapshotLimit ?? 32);
    this.#ring = this.#newRing(0);
    this.#unsubscribe = options.feed.subscribe(options.prefix, (events) => this.#receive(events));
  }

  /** Loads the prefix from the store, then follows the feed. A cache whose values are not available yet is empty: see `fault`. */
  static async open<T>(options: ObjectCacheOptions<T>): Promise<ObjectCache<T>> {
    const cache = new ObjectCache(options);
    try {
      await cache.load();
    } catch (error) {
      cache.close();
      throw error;
    }
    return cache;
  }

  /** Every write up to this revision, of whatever key of the store, is reflected here. */
  get revision(): number {
    return this.#options.feed.revision;
  }

  /** The revision of the newest change in this cache; 0 before the first one since it was opened. */
  get changedRevision(): number {
    return this.#lastEventRevision;
  }

  /** How many changes the store has told of since this cache was opened. */
  get received(): number {
    return this.#received;
  }

  /** How many past events there is room for now. */
  get capacity(): number {
    return this.#ring.capacity;
  }

  /** Watches can resume at this revision and later ones. */
  get oldestRevision(): number {
    return this.#ring.oldest;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** How long all values are together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves when the cache has reached `revision`; rejects with the signal's reason when it aborts first. */
  waitFor(revision: number, signal?: AbortSignal): Promise<void> {
    return this.#options.feed.waitFor(revision, signal);
  }

  /**
   * Tells the cache what object the bytes about to be given to the store stand for, so that they are never parsed in this
   * process: call it before `put` with the very same array. The object is passed through `codec.revise` once its revision
   * is known. Without effect for engines that deliver other arrays than they were given; nothing needs to be undone when
   * the write fails.
   */
  prime(bytes: Uint8Array, object: T): void {
    this.#primed.set(bytes, object);
  }

  get(key: string): CacheEntry<T> | undefined {
    return this.#entries.get(key);
  }

  /** Throws `CompactedError` when the requested revision is no longer known. */
  list(options: CacheListOptions<T> = {}): CacheList<T> {
    const revision = options.revision ?? this.revision;
    const current = this.#isCurrent(revision);
    const result =
      options.index && current ? this.#listIndex(options, options.index) : this.#scan(this.#treeAt(revision), options);
    if (result.more && current && !this.#snapshots.get(revision)) this.#snapshots.retain(revision, this.#tree.clone());
    return { ...result, revision };
  }

  /** How many entries lie past `after`, without regard to filters: what a list says remains. */
  count(options: { prefix?: string; after?: string; revision?: number } = {}): number {
    const tree = this.#treeAt(options.revision ?? this.revision);
    const prefix = options.prefix ?? this.prefix;
    // Every key has the cache's prefix, and a tree knows its size.
    return tree.count({ prefix: prefix === this.prefix ? '' : prefix, after: options.after });
  }

  /**
   * Starts delivering events to `listener`, first from history, each once and in order, never before this returns.
   * Throws `CompactedError` when history does not reach back to `from`.
   */
  watch(request: CacheWatchRequest, listener: CacheWatchListener<T>): CacheWatch<T> {
    const route = this.#routeOf(request);
    const from = request.from ?? this.revision;
    if (from < this.#ring.oldest) throw new CompactedError(this.#ring.oldest);
    const watch = new CacheWatch<T>(listener, {
      position: Math.max(from, this.revision),
      replay: this.#ring.after(from).filter((event) => this.#routesOf(event).includes(route)),
      pendingLimit: request.pendingLimit ?? this.#options.pendingLimit ?? 1000,
      deliveredRevision: () => (this.#routes.isDirty ? this.#flushedRevision : this.revision),
      release: (released) => this.#routes.remove(route, released),
    });
    this.#routes.add(route, watch);
    if (watch.pending > 0) this.#schedule(() => watch.start());
    return watch;
  }

  /** Ends all watches and stops following the feed. Idempotent. */
  close(): void {
    this.#unsubscribe();
    this.#snapshots.clear();
    for (const watch of this.#routes.all()) watch.end('closed');
  }

  /** Why the values could not be loaded; undefined once they are, which `load` tries again. */
  get fault(): UnavailableValueError | undefined {
    return this.#fault;
  }

  /** Loads what could not be loaded when the cache was opened. */
  async load(): Promise<void> {
    try {
      await this.#loadPages();
      this.#finishLoad();
      this.#fault = undefined;
    } catch (error) {
      if (!(error instanceof UnavailableValueError)) throw error;
      this.#fault = error;
      for (const key of [...this.#entries.keys()]) this.#apply(key, undefined);
    }
  }

  async #loadPages(): Promise<void> {
    const { store } = this.#options.feed;
    let after: string | undefined;
    for (let more = true; more; ) {
      const page = await store.range(this.prefix, { limit: LOAD_PAGE, ...(after === undefined ? {} : { after }) });
      for (const value of page.values) this.#apply(value.key, this.#entryOf(value));
      // The pages are read at different revisions: events up to the last one's belong to the load.
      await this.waitFor(page.revision);
      after = page.values[page.values.length - 1]?.key;
      more = page.more;
      if (more) await new Promise<void>((resolve) => this.#schedule(resolve));
    }
  }

  #finishLoad(): void {
    for (const event of this.#loading ?? []) {
      const known = this.#entries.get(event.key);
      if (event.revision > (known?.modRevision ?? 0)) this.#apply(event.key, event.value && this.#entryOf(event.value));
    }
    this.#loading = undefined;
    this.#ring = this.#newRing(this.revision);
  }

  #newRing(oldest: number): EventRing<T> {
    const { history = {} } = this.#options;
    const { count = 10_000, most = history.count ?? 32_768 } = history;
    const { age = Number.POSITIVE_INFINITY, now = () => performance.now() } = history;
    return new EventRing({ count, most, age, now }, oldest);
  }

  #receive(events: readonly StoreEvent[]): void {
    this.#received += events.length;
    if (this.#loading) {
      for (const event of events) this.#loading.push(event);
      return;
    }
    if (!this.#routes.isDirty) this.#flushedRevision = this.revision;
    for (const event of events) this.#record(event);
  }

  #record(stored: StoreEvent): void {
    const entry = stored.value && this.#entryOf(stored.value);
    const event = new CacheEvent(stored.revision, stored.key, entry, this.#entries.get(stored.key));
    this.#apply(stored.key, entry);
    this.#ring.push(event);
    this.#lastEventRevision = stored.revision;
    if (this.#routes.isEmpty) return;
    const wasDirty = this.#routes.isDirty;
    this.#routes.push(this.#routesOf(event), event);
    if (!wasDirty && this.#routes.isDirty) this.#schedule(() => this.#routes.flush());
  }

  #entryOf(value: StoredValue): CacheEntry<T> {
    const { codec } = this.#options;
    const { key, createRevision, modRevision, value: bytes } = value;
    const primed = this.#primed.get(bytes);
    if (primed !== undefined) this.#primed.delete(bytes);
    const object = primed !== undefined && codec.revise ? codec.revise(primed, modRevision) : primed;
    return new CacheEntry(codec, { key, createRevision, modRevision, bytes }, object);
  }

  #apply(key: string, entry: CacheEntry<T> | undefined): void {
    const before = this.#entries.get(key);
    this.#bytes += (entry?.bytes.length ?? 0) - (before?.bytes.length ?? 0);
    for (const index of this.#indexes.values()) index.update(before, entry);
    if (entry) {
      this.#entries.set(key, entry);
      this.#tree.set(key, entry);
    } else if (this.#entries.delete(key)) {
      this.#tree.delete(key);
    }
  }

  #isCurrent(revision: number): boolean {
    return revision <= this.revision && revision >= Math.max(this.#lastEventRevision, this.#ring.oldest);
  }

  /** The tree at a revision, to be read only. */
  #treeAt(revision: number): KeyTree<CacheEntry<T>> {
    if (revision > this.revision) throw new Error(`list at revision ${revision}: cache has reached ${this.revision}`);
    // What was compacted is forgotten here, too: a page token that lived on would differ between servers. That the store
    // keeps less history than it was asked to forget is its own affair.
    const { compactedRevision } = this.#options.feed.store;
    this.#snapshots.forgetBefore(compactedRevision);
    if (revision < compactedRevision) throw new CompactedError(compactedRevision);
    if (this.#isCurrent(revision)) return this.#tree;
    const retained = this.#snapshots.get(revision);
    if (retained) return retained;
    if (revision < this.#ring.oldest) throw new CompactedError(this.#ring.oldest);
    const tree = this.#tree.clone();
    for (const event of this.#ring.after(revision).reverse()) {
      if (event.previous) tree.set(event.key, event.previous);
      else tree.delete(event.key);
    }
    this.#snapshots.retain(revision, tree);
    return tree;
  }

  #scan(tree: KeyTree<CacheEntry<T>>, options: CacheListOptions<T>): Omit<CacheList<T>, 'revision'> {
    const { prefix = this.prefix, after, index, match } = options;
    const limit = options.limit || Number.POSITIVE_INFINITY;
    const valuesOf = index && this.#index(index.name);
    const entries: CacheEntry<T>[] = [];
    let more = false;
    let visited = 0;
    tree.scan({ prefix, after }, (_key, entry) => {
      visited++;
      if (index && !valuesOf?.valuesOf(entry).includes(index.value)) return true;
      if (match && !match(entry)) return true;
      if (entries.length >= limit) more = true;
      else entries.push(entry);
      return !more;
    });
    return { entries, more, visited };
  }

  #listIndex(options: CacheListOptions<T>, index: IndexQuery): Omit<CacheList<T>, 'revision'> {
    const tree = new KeyTree<CacheEntry<T>>();
    for (const entry of this.#index(index.name).get(index.value)) tree.set(entry.key, entry);
    return this.#scan(tree, options);
  }

  #index(name: string): ObjectIndex<T> {
    const index = this.#indexes.get(name);
    if (!index) throw new Error(`cache of ${this.prefix}: no index ${name}`);
    return index;
  }

  #routeOf(request: CacheWatchRequest): string {
    if (request.key !== undefined) return `key:${request.key}`;
    if (request.index) {
      this.#index(request.index.name);
      return `index:${request.index.name}:${request.index.value}`;
    }
    return `prefix:${request.prefix ?? this.prefix}`;
  }

  #routesOf(event: CacheEvent<T>): string[] {
    const { key } = event;
    const routes = [`key:${key}`];
    for (let end = this.prefix.length - 1; end >= 0; end = key.indexOf('/', end + 1)) {
      routes.push(`prefix:${key.slice(0, end + 1)}`);
    }
    for (const [name, index] of this.#indexes) {
      for (const entry of [event.entry, event.previous]) {
        if (entry) for (const value of index.valuesOf(entry)) routes.push(`index:${name}:${value}`);
      }
    }
    return routes;
  }

  #schedule(callback: () => void): void {
    (this.#options.schedule ?? setImmediate)(callback);
  }
}

/** Small enough that loading a page does not hold up the event loop. */
const LOAD_PAGE = 1000;
