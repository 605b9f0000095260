import { STATIC_FIELDS } from './static-table.ts';

/** What an entry takes besides its texts, as the RFC counts it. */
const ENTRY_BYTES = 32;
const STATIC_COUNT = STATIC_FIELDS.length;
/** As large as a table is before anybody has said anything, and as large as ours become. */
export const TABLE_BYTES = 4096;

const STATIC_NAMES = STATIC_FIELDS.map(([name]) => name);
const STATIC_VALUES = STATIC_FIELDS.map(([, value]) => value);

/** Fields by number: the static ones first, then those that this connection has seen, the newest first. */
export class FieldTable {
  /** The oldest first; those before `#first` are gone. */
  #names: string[] = [];
  #values: string[] = [];
  #first = 0;
  #bytes = 0;
  #capacity = TABLE_BYTES;

  /** Throws away what does not fit any more. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#evict(0);
  }

  /** The largest number that has a field. */
  get last(): number {
    return STATIC_COUNT + this.#names.length - this.#first;
  }

  /** `index` is between 1 and `last`. */
  name(index: number): string {
    return (index <= STATIC_COUNT ? STATIC_NAMES[index - 1] : this.#names[this.#position(index)]) as string;
  }

  value(index: number): string {
    return (index <= STATIC_COUNT ? STATIC_VALUES[index - 1] : this.#values[this.#position(index)]) as string;
  }

  /** The number of a seen field with both texts; 0 when there is none. */
  find(name: string, value: string): number {
    for (let at = this.#names.length - 1; at >= this.#first; at--)
      if (this.#values[at] === value && this.#names[at] === name) return this.#position(at);
    return 0;
  }

  add(name: string, value: string): void {
    const bytes = name.length + value.length + ENTRY_BYTES;
    this.#evict(bytes);
    // A field larger than the table empties it, and is not kept.
    if (bytes > this.#capacity) return;
    this.#names.push(name);
    this.#values.push(value);
    this.#bytes += bytes;
  }

  /** From a number to a place in the arrays, and back. */
  #position(index: number): number {
    return STATIC_COUNT + this.#names.length - index;
  }

  #evict(needed: number): void {
    while (this.#bytes + needed > this.#capacity && this.#first < this.#names.length) {
      const at = this.#first++;
      this.#bytes -= (this.#names[at] as string).length + (this.#values[at] as string).length + ENTRY_BYTES;
    }
    if (this.#first <= 64 && this.#first < this.#names.length) return;
    this.#names = this.#names.slice(this.#first);
    this.#values = this.#values.slice(this.#first);
    this.#first = 0;
  }
}
