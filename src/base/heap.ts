interface Entry<T> {
  item: T;
  position: number;
}

/** A binary heap with removal by key: the least item by `compare` comes first. */
export class Heap<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #keyOf: (item: T) => string;
  readonly #entries: Entry<T>[] = [];
  /** Entries know their position, so that moving them does not touch the map. */
  readonly #byKey = new Map<string, Entry<T>>();

  constructor(compare: (a: T, b: T) => number, keyOf: (item: T) => string) {
    this.#compare = compare;
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#entries.length;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key)?.item;
  }

  peek(): T | undefined {
    return this.#entries[0]?.item;
  }

  /** Adds an item, or replaces the one of the same key. */
  set(item: T): void {
    const key = this.#keyOf(item);
    const known = this.#byKey.get(key);
    if (known === undefined) {
      const entry = { item, position: this.#entries.length };
      this.#byKey.set(key, entry);
      this.#entries.push(entry);
      this.#up(entry);
    } else {
      known.item = item;
      this.#up(known);
      this.#down(known);
    }
  }

  pop(): T | undefined {
    const first = this.#entries[0];
    return first === undefined ? undefined : this.delete(this.#keyOf(first.item));
  }

  delete(key: string): T | undefined {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return undefined;
    this.#byKey.delete(key);
    const last = this.#entries.pop() as Entry<T>;
    if (last !== entry) {
      last.position = entry.position;
      this.#up(last);
      this.#down(last);
    }
    return entry.item;
  }

  /** All items, in no order that is to be relied on. */
  *values(): IterableIterator<T> {
    for (const { item } of this.#entries) yield item;
  }

  clear(): void {
    this.#entries.length = 0;
    this.#byKey.clear();
  }

  #place(entry: Entry<T>, position: number): void {
    this.#entries[position] = entry;
    entry.position = position;
  }

  #up(entry: Entry<T>): void {
    let { position } = entry;
    while (position > 0) {
      const parent = (position - 1) >>> 1;
      const above = this.#entries[parent] as Entry<T>;
      if (this.#compare(entry.item, above.item) >= 0) break;
      this.#place(above, position);
      position = parent;
    }
    this.#place(entry, position);
  }

  #down(entry: Entry<T>): void {
    const entries = this.#entries;
    let { position } = entry;
    for (;;) {
      let child = 2 * position + 1;
      if (child >= entries.length) break;
      const right = entries[child + 1];
      if (right !== undefined && this.#compare(right.item, (entries[child] as Entry<T>).item) < 0) child++;
      const below = entries[child] as Entry<T>;
      if (this.#compare(entry.item, below.item) <= 0) break;
      this.#place(below, position);
      position = child;
    }
    this.#place(entry, position);
  }
}
