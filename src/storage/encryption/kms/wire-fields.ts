import protobuf from 'protobufjs/minimal.js';

/** Bytes by names, as annotations are. */
export type BytesMap = Readonly<Record<string, Uint8Array>>;
type FieldValue = string | Uint8Array | number | BytesMap | undefined;

const LENGTH_DELIMITED = 2;
const EMPTY = new Uint8Array();

/** A protobuf message of few fields, by their numbers; what is empty is left out. */
export function writeFields(fields: Readonly<Record<number, FieldValue>>): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [tag, value] of Object.entries(fields)) writeField(writer, Number(tag), value);
  return writer.finish();
}

function writeField(writer: protobuf.Writer, tag: number, value: FieldValue): void {
  const key = (tag << 3) | LENGTH_DELIMITED;
  if (value === undefined) return;
  if (typeof value === 'number') {
    if (value !== 0) writer.uint32(tag << 3).uint32(value);
  } else if (typeof value === 'string') {
    if (value !== '') writer.uint32(key).string(value);
  } else if (value instanceof Uint8Array) {
    if (value.length > 0) writer.uint32(key).bytes(value);
  } else {
    for (const [name, bytes] of Object.entries(value)) writer.uint32(key).bytes(writeFields({ 1: name, 2: bytes }));
  }
}

/** The fields of a protobuf message; of those that are there twice the last, but for maps. Throws on what is no message. */
export class WireFields {
  readonly #found = new Map<number, (Uint8Array | number)[]>();

  constructor(bytes: Uint8Array) {
    const reader = protobuf.Reader.create(bytes);
    while (reader.pos < reader.len) {
      const key = reader.uint32();
      const [tag, wire] = [key >>> 3, key & 7];
      if (wire === LENGTH_DELIMITED) this.#add(tag, reader.bytes());
      else if (wire === 0) this.#add(tag, reader.uint32());
      else reader.skipType(wire);
    }
  }

  #add(tag: number, value: Uint8Array | number): void {
    const known = this.#found.get(tag);
    if (known) known.push(value);
    else this.#found.set(tag, [value]);
  }

  bytes(tag: number): Uint8Array {
    const value = this.#found.get(tag)?.at(-1);
    return value instanceof Uint8Array ? value : EMPTY;
  }

  text(tag: number): string {
    return Buffer.from(this.bytes(tag)).toString();
  }

  number(tag: number): number {
    const value = this.#found.get(tag)?.at(-1);
    return typeof value === 'number' ? value : 0;
  }

  map(tag: number): BytesMap {
    const entries = (this.#found.get(tag) ?? []).filter((value) => value instanceof Uint8Array);
    return Object.fromEntries(
      entries.map((entry) => {
        const fields = new WireFields(entry);
        return [fields.text(1), fields.bytes(2)];
      }),
    );
  }
}
