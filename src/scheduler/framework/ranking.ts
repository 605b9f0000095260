import type { Random } from '#base/random.ts';

const NONE = Number.NEGATIVE_INFINITY;

/**
 * Nodes (`slot`) by score, the best at hand: a tree over all slots in which every knot knows the highest score below it
 * and how many have that. A change costs as many steps as the tree is high.
 */
export class Ranking {
  /** Slots that fit in; a power of two. The knot of a slot is `#width + slot`, the knot above `index` is `index >> 1`. */
  #width = 64;
  #highest = new Float64Array(2 * this.#width).fill(NONE);
  #holders = new Uint32Array(2 * this.#width);
  #size = 0;

  /** How many nodes are ranked. */
  get size(): number {
    return this.#size;
  }

  set(slot: number, score: number): void {
    if (slot >= this.#width) this.#grow(slot);
    if (this.#holders[this.#width + slot] === 0) this.#size++;
    this.#put(slot, score, 1);
  }

  delete(slot: number): void {
    if (slot >= this.#width || this.#holders[this.#width + slot] === 0) return;
    this.#size--;
    this.#put(slot, NONE, 0);
  }

  clear(): void {
    this.#highest.fill(NONE);
    this.#holders.fill(0);
    this.#size = 0;
  }

  /** The node with the highest score, of several any; undefined when none is ranked. */
  best(random: Random): number | undefined {
    if (this.#size === 0) return undefined;
    const ties = this.#holders[1] as number;
    let passed = ties === 1 ? 0 : Math.floor(random.next() * ties);
    let knot = 1;
    while (knot < this.#width) {
      const left = 2 * knot;
      const isThere = this.#highest[left] === this.#highest[knot];
      const onTheLeft = isThere ? (this.#holders[left] as number) : 0;
      if (passed < onTheLeft) knot = left;
      else {
        passed -= onTheLeft;
        knot = left + 1;
      }
    }
    return knot - this.#width;
  }

  #put(slot: number, score: number, holders: number): void {
    const highest = this.#highest;
    const all = this.#holders;
    let knot = this.#width + slot;
    highest[knot] = score;
    all[knot] = holders;
    for (knot >>= 1; knot >= 1; knot >>= 1) {
      const left = 2 * knot;
      const a = highest[left] as number;
      const b = highest[left + 1] as number;
      highest[knot] = Math.max(a, b);
      all[knot] = (a >= b ? (all[left] as number) : 0) + (b >= a ? (all[left + 1] as number) : 0);
    }
  }

  #grow(slot: number): void {
    const { slots, scores } = this.#entries();
    while (slot >= this.#width) this.#width *= 2;
    this.#highest = new Float64Array(2 * this.#width).fill(NONE);
    this.#holders = new Uint32Array(2 * this.#width);
    for (const [index, each] of slots.entries()) this.#put(each, scores[index] as number, 1);
  }

  #entries(): { readonly slots: readonly number[]; readonly scores: readonly number[] } {
    const slots: number[] = [];
    const scores: number[] = [];
    for (let slot = 0; slot < this.#width; slot++) {
      if (this.#holders[this.#width + slot] === 0) continue;
      slots.push(slot);
      scores.push(this.#highest[this.#width + slot] as number);
    }
    return { slots, scores };
  }
}
