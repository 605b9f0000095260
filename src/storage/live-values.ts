import { KeyTree } from './key-tree.ts';
import type { RangeOptions, RangeResult, StoredValue, StoreEvent } from './store.ts';

/** The live values of a store. */
export class LiveValues {
  readonly #values = new Map<string, StoredValue>();
  /** Keys only: replacing a value, by far the commonest write, does not touch the order. */
  readonly #order = new KeyTree<true>();

  get(key: string): StoredValue | undefined {
    return this.#values.get(key);
  }

  set(value: StoredValue): void {
    if (!this.#values.has(value.key)) this.#order.set(value.key, true);
    this.#values.set(value.key, value);
  }

  apply(event: StoreEvent): void {
    if (event.value) this.set(event.value);
    else if (this.#values.delete(event.key)) this.#order.delete(event.key);
  }

  range(prefix: string, { limit, after }: RangeOptions): Omit<RangeResult, 'revision'> {
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
}
