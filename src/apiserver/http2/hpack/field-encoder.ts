import { FieldTable, TABLE_BYTES } from './field-table.ts';
import { STATIC_FIELDS } from './static-table.ts';

/** Fields that are another in each answer: keeping them would only put others out. */
const CHANGING = new Set(['content-length', 'date', 'audit-id', 'etag', 'location', 'last-modified', 'warning']);

const STATIC_INDEX = new Map<string, number>();
/** Static fields with a value, by name and value. */
const STATIC_EXACT = new Map<string, ReadonlyMap<string, number>>();
for (const [at, [name, value]] of STATIC_FIELDS.entries()) {
  if (!STATIC_INDEX.has(name)) STATIC_INDEX.set(name, at + 1);
  if (value !== '') STATIC_EXACT.set(name, new Map([...(STATIC_EXACT.get(name) ?? []), [value, at + 1]]));
}

/** What no field's value may hold. */
const FORBIDDEN = /[\0\r\n\u0100-\uffff]/;

function check(name: string, value: string): void {
  if (FORBIDDEN.test(value)) throw new TypeError(`the value of the header ${name} holds what no header may`);
}

let scratch = Buffer.allocUnsafe(4096);

/** Writes the header blocks of one direction of a connection (RFC 7541). */
export class FieldEncoder {
  readonly #table = new FieldTable();
  #announced = TABLE_BYTES;
  #allowed = TABLE_BYTES;
  #at = 0;

  /** The other side keeps no more than this. */
  limit(capacity: number): void {
    this.#allowed = Math.min(capacity, TABLE_BYTES);
  }

  /** `fields` are names and values in turn. What it returns holds until the next call on any encoder. Throws TypeError for what cannot be sent. */
  encode(fields: readonly string[]): Buffer {
    // Before anything is written: both sides' tables change with each block, and half a block is never sent.
    for (let at = 1; at < fields.length; at += 2) check(fields[at - 1] as string, fields[at] as string);
    this.#at = 0;
    if (this.#allowed !== this.#announced) this.#resize();
    for (let at = 0; at < fields.length; at += 2) this.#field(fields[at] as string, fields[at + 1] as string);
    return scratch.subarray(0, this.#at);
  }

  #resize(): void {
    this.#announced = this.#allowed;
    this.#table.resize(this.#allowed);
    this.#integer(0x20, 5, this.#allowed);
  }

  #field(name: string, value: string): void {
    const isChanging = CHANGING.has(name);
    const exact = STATIC_EXACT.get(name)?.get(value) ?? (isChanging ? 0 : this.#table.find(name, value));
    if (exact > 0) return this.#integer(0x80, 7, exact);
    const index = STATIC_INDEX.get(name) ?? 0;
    if (isChanging) this.#integer(0x00, 4, index);
    else this.#integer(0x40, 6, index);
    if (index === 0) this.#text(name);
    this.#text(value);
    if (!isChanging) this.#table.add(name, value);
  }

  #text(text: string): void {
    this.#integer(0x00, 7, text.length);
    this.#reserve(text.length);
    scratch.write(text, this.#at, 'latin1');
    this.#at += text.length;
  }

  #integer(flags: number, prefixBits: number, value: number): void {
    this.#reserve(6);
    const mask = (1 << prefixBits) - 1;
    if (value < mask) {
      scratch[this.#at++] = flags | value;
      return;
    }
    scratch[this.#at++] = flags | mask;
    let rest = value - mask;
    for (; rest >= 0x80; rest >>>= 7) scratch[this.#at++] = (rest & 0x7f) | 0x80;
    scratch[this.#at++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= scratch.length) return;
    const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, this.#at + bytes));
    scratch.copy(larger, 0, 0, this.#at);
    scratch = larger;
  }
}
