import protobuf from 'protobufjs/minimal.js';
import { encodeBase64 } from '#machinery/objects/base64.ts';
import { formatDurationNanos } from '#machinery/objects/duration.ts';
import { formatMicros, formatSeconds } from '#machinery/objects/time.ts';
import { canonicalQuantity } from '#machinery/quantity/parse-quantity.ts';
import {
  type Field,
  type ListSchema,
  type MapSchema,
  type MessageSchema,
  resolveSchema,
  type ScalarKind,
  type Schema,
} from '#machinery/schema/schema.ts';
import { DecodeError } from './decode-error.ts';
import { MAX_DEPTH, parseJsonValue } from './json-syntax.ts';
import { wireType } from './protobuf-encoder.ts';
import { isOmitted, setMember, valueDecoder } from './value-decoder.ts';

type Reader = protobuf.Reader;

/** What decoding needs besides the bytes. */
export interface ReadContext {
  depth: number;
  /** Reads an object that is embedded in its own envelope. */
  readonly embedded: (bytes: Uint8Array) => unknown;
}

/** Reads a value without its tag; undefined is a zero value that is not written. */
type ReadValue = (reader: Reader, context: ReadContext) => unknown;

const utf8 = new TextDecoder();

function readInt64(reader: Reader): number | bigint {
  const { low, high } = reader.int64() as unknown as { low: number; high: number };
  const number = high * 2 ** 32 + (low >>> 0);
  return Number.isSafeInteger(number) ? number : (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** Calls `onField` for each field of a message with its length in front. */
function eachField(reader: Reader, onField: (field: number, wire: number) => boolean): void {
  const end = endOfMessage(reader);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!onField(tag >>> 3, tag & 7)) reader.skipType(tag & 7);
  }
}

function endOfMessage(reader: Reader): number {
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new DecodeError('unexpected EOF');
  return end;
}

function readTimestamp(reader: Reader, micro: boolean): string | undefined {
  const end = endOfMessage(reader);
  let seconds: number | undefined;
  let nanos = 0;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 8) seconds = Number(readInt64(reader));
    else if (tag === 16) nanos = reader.int32();
    else reader.skipType(tag & 7);
  }
  if (seconds === undefined) return undefined;
  // Years 1 to 9999: what RFC 3339 can say.
  if (seconds < -62135596800 || seconds > 253402300799) throw new DecodeError('proto: timestamp out of range');
  return micro ? formatMicros({ seconds, nanos }) : formatSeconds(seconds);
}

/** The bytes of field 1. */
function readFirstBytes(reader: Reader): Uint8Array | undefined {
  let bytes: Uint8Array | undefined;
  eachField(reader, (field) => {
    if (field !== 1) return false;
    bytes = reader.bytes();
    return true;
  });
  return bytes;
}

function readRaw(reader: Reader, context: ReadContext): unknown {
  const bytes = readFirstBytes(reader);
  if (bytes === undefined || bytes.length === 0) return undefined;
  if (bytes[0] === 0x6b && bytes[1] === 0x38 && bytes[2] === 0x73 && bytes[3] === 0) return context.embedded(bytes);
  return parseJsonValue(utf8.decode(bytes)) ?? undefined;
}

function readIntOrString(reader: Reader): number | string {
  let isText = false;
  let number = 0;
  let text = '';
  eachField(reader, (field) => {
    if (field === 1) isText = Number(readInt64(reader)) === 1;
    else if (field === 2) number = reader.int32();
    else if (field === 3) text = reader.string();
    else return false;
    return true;
  });
  return isText ? text : number;
}

function readDuration(reader: Reader): string {
  let nanos: number | bigint = 0;
  eachField(reader, (field) => {
    if (field !== 1) return false;
    nanos = readInt64(reader);
    return true;
  });
  return formatDurationNanos(BigInt(nanos));
}

function readQuantity(reader: Reader): string {
  const end = endOfMessage(reader);
  let text = '';
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 10) text = reader.string();
    else reader.skipType(tag & 7);
  }
  return text === '' ? '0' : canonicalQuantity(text);
}

const SCALAR_READERS: Readonly<Record<ScalarKind, ReadValue>> = {
  string: (reader) => reader.string(),
  bool: (reader) => reader.bool(),
  int32: (reader) => reader.int32(),
  int64: readInt64,
  double: (reader) => reader.double(),
  bytes: (reader) => encodeBase64(reader.bytes()),
  time: (reader) => readTimestamp(reader, false),
  microTime: (reader) => readTimestamp(reader, true),
  duration: readDuration,
  quantity: readQuantity,
  intOrString: readIntOrString,
  rawExtension: readRaw,
  fieldsV1: readRaw,
  json: readRaw,
};

type Target = Record<string, unknown>;

/** Reads one field into an object; `wire` is the wire type that the tag has. */
type ReadField = (reader: Reader, wire: number, target: Target, context: ReadContext) => void;

interface MessagePlan {
  /** By field number. */
  readonly fields: readonly (ReadField | undefined)[];
  /** Members that are there even when the bytes do not have them. */
  readonly fills: readonly { readonly name: string; readonly zero: () => unknown }[];
}

const plans = new WeakMap<MessageSchema, MessagePlan>();

/** Reads fields up to `end` into an object that the caller owns, and fills in what must be there. */
export function readMessage(
  schema: MessageSchema,
  reader: Reader,
  end: number,
  target: Target,
  context: ReadContext,
): void {
  let plan = plans.get(schema);
  if (plan === undefined) {
    plan = planMessage(schema);
    plans.set(schema, plan);
  }
  if (++context.depth > MAX_DEPTH) throw new DecodeError('exceeded max depth');
  const { fields, fills } = plan;
  while (reader.pos < end) {
    const tag = reader.uint32();
    const read = fields[tag >>> 3];
    if (read === undefined) reader.skipType(tag & 7);
    else read(reader, tag & 7, target, context);
  }
  if (reader.pos !== end) throw new DecodeError('unexpected EOF');
  for (let i = 0; i < fills.length; i++) {
    const { name, zero } = fills[i]!;
    if (target[name] === undefined) {
      const value = zero();
      if (value !== undefined) target[name] = value;
    }
  }
  context.depth--;
}

function planMessage(schema: MessageSchema): MessagePlan {
  const fields: (ReadField | undefined)[] = [];
  for (const [name, field] of Object.entries(schema.fields))
    if (field.tag > 0) fields[field.tag] = planField(name, field);
  // The decoder of values knows what must be there: the zero value has just that.
  const zero = valueDecoder(schema).zero() as Target;
  const fills = Object.keys(zero)
    .filter((name) => Object.hasOwn(schema.fields, name))
    .map((name) => ({ name, zero: valueDecoder(schema.fields[name]!.schema).zero }));
  return { fields, fills };
}

function planField(name: string, field: Field): ReadField {
  const schema = resolveSchema(field.schema);
  if (field.inline) {
    return (reader, wire, target, context) => {
      checkWire(wire, 2, name);
      const end = endOfMessage(reader);
      readMessage(schema as MessageSchema, reader, end, target, context);
    };
  }
  if (schema.type === 'list' && !schema.wrapped) return planList(name, schema);
  if (schema.type === 'map') return planMap(name, schema);
  const expected = wireType(schema);
  const read = valueReader(schema);
  const isStruct = schema.type === 'message' || (schema.type === 'scalar' && schema.scalar === 'quantity');
  const omitZero = isOmitted(field) && !isStruct;
  return (reader, wire, target, context) => {
    checkWire(wire, expected, name);
    const value = read(reader, context);
    if (value === undefined || (omitZero && isZero(value))) return;
    target[name] = value;
  };
}

const isZero = (value: unknown): boolean =>
  value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0);

function checkWire(wire: number, expected: number, name: string): void {
  if (wire !== expected)
    throw new DecodeError(`proto: wrong wireType = ${wire} for field ${name[0]?.toUpperCase()}${name.slice(1)}`);
}

function planList(name: string, schema: ListSchema): ReadField {
  const expected = wireType(schema.items);
  const read = valueReader(schema.items);
  return (reader, wire, target, context) => {
    const items = (target[name] ??= []) as unknown[];
    if (wire === 2 && expected !== 2) {
      const end = endOfMessage(reader);
      while (reader.pos < end) items.push(read(reader, context));
      return;
    }
    checkWire(wire, expected, name);
    items.push(read(reader, context) ?? null);
  };
}

function planMap(name: string, schema: MapSchema): ReadField {
  const read = valueReader(schema.values);
  const { zero } = valueDecoder(schema.values);
  return (reader, wire, target, context) => {
    checkWire(wire, 2, name);
    const members = (target[name] ??= {}) as Target;
    const end = endOfMessage(reader);
    let key = '';
    let value: unknown;
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === 10) key = reader.string();
      else if (tag >>> 3 === 2) value = read(reader, context);
      else reader.skipType(tag & 7);
    }
    setMember(members, key, value ?? zero() ?? null);
  };
}

function valueReader(schema: Schema): ReadValue {
  const resolved = resolveSchema(schema);
  switch (resolved.type) {
    case 'scalar':
      return SCALAR_READERS[resolved.scalar];
    case 'message':
      return (reader, context) => {
        const end = endOfMessage(reader);
        const target: Target = {};
        readMessage(resolved, reader, end, target, context);
        return target;
      };
    case 'list': {
      const field = planList('items', resolved);
      return (reader, context) => {
        const target: Target = { items: [] };
        eachField(reader, (number, wire) => {
          if (number !== 1) return false;
          field(reader, wire, target, context);
          return true;
        });
        return target['items'];
      };
    }
    case 'map':
      throw new Error('a map cannot be a value of its own in protobuf');
  }
}

/** Reads a message without an envelope. */
export function decodeMessage(schema: MessageSchema, bytes: Uint8Array, context: ReadContext): Target {
  const reader = protobuf.Reader.create(bytes);
  const target: Target = {};
  try {
    readMessage(schema, reader, bytes.length, target, context);
  } catch (error) {
    // The reader says so when it runs past the end.
    if (error instanceof RangeError) throw new DecodeError('unexpected EOF');
    throw error instanceof Error && !(error instanceof DecodeError) ? new DecodeError(error.message) : error;
  }
  return target;
}
