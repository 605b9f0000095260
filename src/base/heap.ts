/** A binary heap with removal by key: the least item by `compare` comes first. */
export class Heap<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #keyOf: (item: T) => string;
  readonly #items: T[] = [];
  readonly #positions = new Map<string, number>();

  constructor(compare: (a: T, b: T) => number, keyOf: (item: T) => string) {
    this.#compare = compare;
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#items.length;
  }

  has(key: string): boolean {
    return this.#positions.has(key);
  }

  get(key: string): T | undefined {
    const position = this.#positions.get(key);
    return position === undefined ? undefined : this.#items[position];
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds an item, or replaces the one of the same key. */
  set(item: T): void {
    const key = this.#keyOf(item);
    const position = this.#positions.get(key);
    if (position === undefined) {
      this.#items.push(item);
      this.#positions.set(key, this.#items.length - 1);
      this.#up(this.#items.length - 1);
    } else {
      this.#items[position] = item;
      this.#up(position);
      this.#down(this.#positions.get(key) as number);
    }
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.delete(this.#keyOf(first));
    return first;
  }

  delete(key: string): T | undefined {
    const position = this.#positions.get(key);
    if (position === undefined) return undefined;
    const item = this.#items[position] as T;
    const last = this.#items.pop() as T;
    this.#positions.delete(key);
    if (position < this.#items.length) {
      this.#place(last, position);
      this.#up(position);
      this.#down(this.#positions.get(this.#keyOf(last)) as number);
    }
    return item;
  }

  values(): IterableIterator<T> {
    return this.#items.values();
  }

  #place(item: T, position: number): void {
    this.#items[position] = item;
    this.#positions.set(this.#keyOf(item), position);
  }

  #up(start: number): void {
    const item = this.#items[start] as T;
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >>> 1;
      const above = this.#items[parent] as T;
      if (this.#compare(item, above) >= 0) break;
      this.#place(above, position);
      position = parent;
    }
    this.#place(item, position);
  }

  #down(start: number): void {
    const item = this.#items[start] as T;
    let position = start;
    for (;;) {
      let child = 2 * position + 1;
      if (child >= this.#items.length) break;
      if (child + 1 < this.#items.length && this.#compare(this.#items[child + 1] as T, this.#items[child] as T) < 0)
        child++;
      const below = this.#items[child] as T;
      if (this.#compare(item, below) <= 0) break;
      this.#place(below, position);
      position = child;
    }
    this.#place(item, position);
  }
}
