/**
 * A map that forgets what was not used for long: it keeps the `limit` entries that were used last, and at most as many
 * older ones. They are forgotten together: a map whose entries come and go one by one is copied every few of them, and its
 * dead copies keep each other alive until a full collection.
 */
export class RecentMap<K, V> {
  readonly #limit: number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: K): V | undefined {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const value = this.#old.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.#limit && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  delete(key: K): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** A copy. */
  entries(): [K, V][] {
    return [...new Map([...this.#old, ...this.#young])];
  }
}
