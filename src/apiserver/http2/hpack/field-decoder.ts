import { ConnectionError, ErrorCode } from '../error-code.ts';
import { FieldTable, TABLE_BYTES } from './field-table.ts';
import { decodeHuffman } from './huffman.ts';

/** No number in a block is larger. */
const MAX_INTEGER = 0x0fffffff;
/** What a field counts besides its texts. */
const FIELD_BYTES = 32;

/** Reads the header blocks of one direction of a connection, all of them, in their order (RFC 7541). */
export class FieldDecoder {
  readonly #table = new FieldTable();
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Names and values in turn; undefined past `limit` bytes, as the RFC counts them. Throws ConnectionError. */
  decode(block: Buffer, limit: number): string[] | undefined {
    this.#block = block;
    this.#at = 0;
    const fields: string[] = [];
    let bytes = 0;
    while (this.#at < block.length) {
      const first = block[this.#at] as number;
      if ((first & 0xe0) === 0x20) {
        if (fields.length > 0) throw broken('a table is resized between fields');
        this.#resize();
        continue;
      }
      const name = this.#field(first, fields, bytes <= limit);
      bytes += name + FIELD_BYTES;
    }
    return bytes <= limit ? fields : undefined;
  }

  /** Reads a field, and returns the length of its texts. Those past the limit are read for the table alone. */
  #field(first: number, fields: string[], isKept: boolean): number {
    const table = this.#table;
    let name: string;
    let value: string;
    if (first & 0x80) {
      const index = this.#known(this.#integer(7));
      if (index === 0) throw broken('field 0');
      name = table.name(index);
      value = table.value(index);
    } else {
      const isAdded = (first & 0x40) !== 0;
      const index = this.#known(this.#integer(isAdded ? 6 : 4));
      name = index === 0 ? this.#text() : table.name(index);
      value = this.#text();
      if (isAdded) table.add(name, value);
    }
    if (isKept) fields.push(name, value);
    return name.length + value.length;
  }

  #known(index: number): number {
    if (index > this.#table.last) throw broken(`no field ${index}`);
    return index;
  }

  #resize(): void {
    const capacity = this.#integer(5);
    if (capacity > TABLE_BYTES) throw broken(`a table of ${capacity} bytes`);
    this.#table.resize(capacity);
  }

  #text(): string {
    const isHuffman = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    const start = this.#at;
    const end = start + length;
    if (end > this.#block.length) throw broken('a text that is cut off');
    this.#at = end;
    const text = isHuffman ? decodeHuffman(this.#block, start, end) : this.#block.toString('latin1', start, end);
    if (text === undefined) throw broken('a text that is no Huffman code');
    return text;
  }

  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (value > MAX_INTEGER || shift > 28) throw broken('a number past all measure');
      if (byte < 0x80) return value;
    }
  }

  #byte(): number {
    const byte = this.#block[this.#at++];
    if (byte === undefined) throw broken('a block that is cut off');
    return byte;
  }
}

const broken = (what: string) => new ConnectionError(ErrorCode.compression, what);
