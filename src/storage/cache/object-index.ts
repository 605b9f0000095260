import type { CacheEntry } from './cache-entry.ts';

/** The values of an object under one index, for example the name of a pod's node. Pure. */
export type IndexFunction<T> = (object: T) => readonly string[];

const NONE: readonly string[] = [];

/** Entries by the values of one index function. */
export class ObjectIndex<T> {
  readonly #valuesOf: IndexFunction<T>;
  readonly #entries = new Map<string, Map<string, CacheEntry<T>>>();

  constructor(valuesOf: IndexFunction<T>) {
    this.#valuesOf = valuesOf;
  }

  valuesOf(entry: CacheEntry<T>): readonly string[] {
    return this.#valuesOf(entry.object);
  }

  /** Replaces what is known of one key. */
  update(previous: CacheEntry<T> | undefined, entry: CacheEntry<T> | undefined): void {
    const values = entry ? this.valuesOf(entry) : NONE;
    // Most changes leave an entry where it is: it takes the former one's place.
    if (previous) {
      for (const value of this.valuesOf(previous)) if (!values.includes(value)) this.#remove(value, previous.key);
    }
    if (entry) for (const value of values) this.#add(value, entry);
  }

  /** In no particular order. */
  get(value: string): Iterable<CacheEntry<T>> {
    return this.#entries.get(value)?.values() ?? [];
  }

  #add(value: string, entry: CacheEntry<T>): void {
    const entries = this.#entries.get(value);
    if (entries) entries.set(entry.key, entry);
    else this.#entries.set(value, new Map([[entry.key, entry]]));
  }

  #remove(value: string, key: string): void {
    const entries = this.#entries.get(value);
    entries?.delete(key);
    if (entries?.size === 0) this.#entries.delete(value);
  }
}
