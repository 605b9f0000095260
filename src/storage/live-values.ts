import { KeyTree } from './key-tree.ts';
import type { RangeOptions, RangeResult, StoredValue, StoreEvent } from './store.ts';

/** The live values of a store. */
export class LiveValues {
  readonly #values = new Map<string, StoredValue>();
  /** Keys only: replacing a value, by far the commonest write, does not touch the order. */
  readonly #order = new KeyTree<true>();
  /** Keys that came or went since the order was last asked for: that is rare, and each takes longer than all else here. */
  readonly #unordered = new Set<string>();

  get(key: string): StoredValue | undefined {
    return this.#values.get(key);
  }

  set(value: StoredValue): void {
    if (!this.#values.has(value.key)) this.#toggle(value.key);
    this.#values.set(value.key, value);
  }

  apply(event: StoreEvent): void {
    if (event.value) this.set(event.value);
    else if (this.#values.delete(event.key)) this.#toggle(event.key);
  }

  range(prefix: string, { limit, after }: RangeOptions): Omit<RangeResult, 'revision'> {
    this.#putInOrder();
    const most = limit || Number.POSITIVE_INFINITY;
    const values: StoredValue[] = [];
    let more = false;
    this.#order.scan({ prefix, after }, (key) => {
      if (values.length >= most) more = true;
      else values.push(this.#values.get(key)!);
      return !more;
    });
    return { values, more };
  }

  /** What came and went again was never anywhere. */
  #toggle(key: string): void {
    if (!this.#unordered.delete(key)) this.#unordered.add(key);
  }

  #putInOrder(): void {
    // Neighbours one after another: they are found in the same places.
    for (const key of [...this.#unordered].sort()) {
      if (this.#values.has(key)) this.#order.set(key, true);
      else this.#order.delete(key);
    }
    this.#unordered.clear();
  }
}
