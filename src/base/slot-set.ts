/** A member of one `SlotSet` at a time, which alone writes its `slot`. */
export interface Slotted {
  slot: number;
}

/**
 * A set for what comes and goes with every request; in no order. Removal leaves nothing behind. A `Set` or `Map` makes a
 * new table every few changes and links the old one to it: one table that has become old keeps all tables after it, and
 * whatever was in them, until the whole heap is collected.
 */
export class SlotSet<T extends Slotted> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  /** `member` is in no set. */
  add(member: T): void {
    member.slot = this.#members.length;
    this.#members.push(member);
  }

  /** Without effect for what is not a member. */
  delete(member: T): void {
    const { slot } = member;
    if (this.#members[slot] !== member) return;
    const last = this.#members.pop() as T;
    if (last === member) return;
    this.#members[slot] = last;
    last.slot = slot;
  }

  /** The members of this moment: what is added or removed meanwhile changes nothing. */
  values(): T[] {
    return [...this.#members];
  }
}
