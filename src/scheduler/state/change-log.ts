/** How many changes are remembered; a power of two. */
const REMEMBERED = 1 << 16;

/** Numbers the changes to rows (`slot`), so that whoever worked something out for rows learns which are out of date. */
export class ChangeLog {
  /** The number of each row's last change. */
  #generations = new Float64Array(64);
  /** Rows by the number of the change, the oldest overwritten. */
  readonly #slots = new Int32Array(REMEMBERED);
  #last = 0;

  /** The number of the last change of all. */
  get last(): number {
    return this.#last;
  }

  /** The number of a row's last change; 0 before the first. */
  generationOf(slot: number): number {
    return this.#generations[slot] ?? 0;
  }

  add(slot: number): void {
    if (slot >= this.#generations.length) {
      const grown = new Float64Array(2 * Math.max(slot, this.#generations.length));
      grown.set(this.#generations);
      this.#generations = grown;
    }
    this.#generations[slot] = ++this.#last;
    this.#slots[this.#last & (REMEMBERED - 1)] = slot;
  }

  /** Calls back once with each row that has changed since; false, without a call, when that is too long ago to tell. */
  since(generation: number, visit: (slot: number) => void): boolean {
    if (this.#last - generation > REMEMBERED) return false;
    for (let change = generation + 1; change <= this.#last; change++) {
      const slot = this.#slots[change & (REMEMBERED - 1)] as number;
      if (this.#generations[slot] === change) visit(slot);
    }
    return true;
  }
}
