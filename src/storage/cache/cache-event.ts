import type { CacheEntry } from './cache-entry.ts';

/** One change of one key. Shared by every watcher, hence immutable apart from `memo`. */
export class CacheEvent<T> {
  /** Of the change; several keys written in one transaction share it. */
  readonly revision: number;
  readonly key: string;
  /** The new state; absent when the key was deleted. */
  readonly entry: CacheEntry<T> | undefined;
  /** The state before; absent when the key was created. */
  readonly previous: CacheEntry<T> | undefined;
  #gone: CacheEntry<T> | undefined;
  #memo: Map<string, unknown> | undefined;

  constructor(revision: number, key: string, entry: CacheEntry<T> | undefined, previous: CacheEntry<T> | undefined) {
    this.revision = revision;
    this.key = key;
    this.entry = entry;
    this.previous = previous;
  }

  get type(): 'put' | 'delete' {
    return this.entry ? 'put' : 'delete';
  }

  /**
   * The state before, stamped with this event's revision: what a watcher is shown when the object disappears from its
   * view, because it was deleted or because it no longer matches the watcher's selector.
   */
  get gone(): CacheEntry<T> | undefined {
    this.#gone ??= this.previous?.at(this.revision);
    return this.#gone;
  }

  /** Keeps what was made from this event, by a name the maker chooses (for example `json:MODIFIED`): made once for all watchers. */
  get memo(): Map<string, unknown> {
    this.#memo ??= new Map();
    return this.#memo;
  }
}

/** Consecutive events handed to watchers of the same route in one tick. The very same object goes to each of them. */
export class CacheEventBatch<T> {
  readonly events: readonly CacheEvent<T>[];
  #memo: Map<string, unknown> | undefined;

  constructor(events: readonly CacheEvent<T>[]) {
    this.events = events;
  }

  /** As `CacheEvent.memo`, for what is made from the whole batch (for example one chunk of a response). */
  get memo(): Map<string, unknown> {
    this.#memo ??= new Map();
    return this.#memo;
  }
}
