import type { Random } from '#base/random.ts';

/** The addresses or ports of a range that are in use. What the caches hold is asked; what is being written is kept here. */
export class Pool<T extends string | number> {
  readonly #size: number;
  readonly #at: (offset: number) => T;
  readonly #inUse: (value: T) => boolean;
  readonly #random: Random;
  readonly #pending = new Set<T>();
  /** Offsets below this one are left for those who ask for a value themselves. */
  readonly #firstDynamic: number;

  constructor(options: {
    readonly size: number;
    readonly firstDynamic?: number;
    readonly at: (offset: number) => T;
    readonly inUse: (value: T) => boolean;
    readonly random: Random;
  }) {
    this.#size = options.size;
    this.#firstDynamic = options.firstDynamic ?? 0;
    this.#at = options.at;
    this.#inUse = options.inUse;
    this.#random = options.random;
  }

  isFree(value: T): boolean {
    return !this.#pending.has(value) && !this.#inUse(value);
  }

  /** Holds a value until `release`: until then nobody else gets it, whatever the caches say. */
  hold(value: T): void {
    this.#pending.add(value);
  }

  release(value: T): void {
    this.#pending.delete(value);
  }

  /** Any free value, held; undefined when none is left. */
  take(): T | undefined {
    const dynamic = this.#size - this.#firstDynamic;
    const found = dynamic > 0 ? this.#search(this.#firstDynamic, dynamic) : undefined;
    const value = found ?? this.#search(0, Math.min(this.#firstDynamic, this.#size));
    if (value !== undefined) this.hold(value);
    return value;
  }

  #search(first: number, count: number): T | undefined {
    const start = Math.floor(this.#random.next() * count);
    for (let step = 0; step < count; step++) {
      const value = this.#at(first + ((start + step) % count));
      if (this.isFree(value)) return value;
    }
    return undefined;
  }
}
