import protobuf from 'protobufjs/minimal.js';
import { decodeBase64 } from '#machinery/objects/base64.ts';
import { parseDurationNanos } from '#machinery/objects/duration.ts';
import { parseMoment } from '#machinery/objects/time.ts';
import {
  type Field,
  type ListSchema,
  type MapSchema,
  type MessageSchema,
  resolveSchema,
  type ScalarKind,
  type Schema,
} from '#machinery/schema/schema.ts';
import { stringifyJson } from './encode-json.ts';

type Writer = protobuf.Writer;
export type WireType = 0 | 1 | 2;

/** Writes a value without its tag; `undefined` and `null` are the zero value. */
type WriteValue = (writer: Writer, value: unknown) => void;

const utf8 = new TextEncoder();

/** Bigints are given as two halves, which is what the writer takes for 64 bits. */
const int64Halves = (value: bigint) =>
  ({
    low: Number(BigInt.asIntN(32, value)),
    high: Number(BigInt.asIntN(32, value >> 32n)),
    unsigned: false,
  }) as unknown as number;

const writeInt64: WriteValue = (writer, value) => {
  writer.int64(typeof value === 'bigint' ? int64Halves(value) : ((value as number | undefined) ?? 0));
};

const writeString: WriteValue = (writer, value) => {
  writer.string((value as string | undefined) ?? '');
};

/** Fields 1 and 2 of a Timestamp; the zero time is an empty message. */
function writeTimestamp(writer: Writer, value: unknown, micro: boolean): void {
  writer.fork();
  const moment = typeof value === 'string' ? parseMoment(value) : undefined;
  if (moment !== undefined) {
    writer.uint32(8).int64(moment.seconds);
    writer.uint32(16).int32(micro ? Math.trunc(moment.nanos / 1000) * 1000 : 0);
  }
  writer.ldelim();
}

/** Field 1 of the messages that hold JSON as bytes. */
const writeRaw: WriteValue = (writer, value) => {
  writer.fork();
  if (value !== undefined && value !== null) writer.uint32(10).bytes(utf8.encode(stringifyJson(value)));
  writer.ldelim();
};

const writeIntOrString: WriteValue = (writer, value) => {
  const isText = typeof value === 'string';
  writer.fork();
  writer.uint32(8).int64(isText ? 1 : 0);
  writer.uint32(16).int32(isText ? 0 : ((value as number | undefined) ?? 0));
  writer.uint32(26).string(isText ? value : '');
  writer.ldelim();
};

const SCALAR_WRITERS: Readonly<Record<ScalarKind, readonly [WireType, WriteValue]>> = {
  string: [2, writeString],
  bool: [0, (writer, value) => void writer.bool(value === true)],
  int32: [0, (writer, value) => void writer.int32((value as number | undefined) ?? 0)],
  int64: [0, writeInt64],
  double: [1, (writer, value) => void writer.double((value as number | undefined) ?? 0)],
  bytes: [2, (writer, value) => void writer.bytes(decodeBase64((value as string | undefined) ?? ''))],
  time: [2, (writer, value) => writeTimestamp(writer, value, false)],
  microTime: [2, (writer, value) => writeTimestamp(writer, value, true)],
  duration: [
    2,
    (writer, value) => {
      writer.fork().uint32(8);
      writeInt64(writer, parseDurationNanos((value as string | undefined) ?? '0'));
      writer.ldelim();
    },
  ],
  quantity: [
    2,
    (writer, value) =>
      void writer
        .fork()
        .uint32(10)
        .string((value as string | undefined) ?? '0')
        .ldelim(),
  ],
  intOrString: [2, writeIntOrString],
  rawExtension: [2, writeRaw],
  fieldsV1: [2, writeRaw],
  json: [2, writeRaw],
};

/** The wire type of a value of this schema. */
export function wireType(schema: Schema): WireType {
  const resolved = resolveSchema(schema);
  return resolved.type === 'scalar' ? SCALAR_WRITERS[resolved.scalar][0] : 2;
}

/** Writes one field of an object, tag included; decides itself whether there is anything to write. */
type WriteField = (writer: Writer, object: Readonly<Record<string, unknown>>) => void;

const plans = new WeakMap<MessageSchema, readonly WriteField[]>();

/** Writes the fields of a message in order of their numbers, without a length in front. */
export function writeMessage(schema: MessageSchema, writer: Writer, object: Readonly<Record<string, unknown>>): void {
  let plan = plans.get(schema);
  if (plan === undefined) {
    plan = planMessage(schema);
    plans.set(schema, plan);
  }
  for (let i = 0; i < plan.length; i++) plan[i]!(writer, object);
}

const planMessage = (schema: MessageSchema): WriteField[] =>
  Object.entries(schema.fields)
    .filter(([, field]) => field.tag > 0)
    .sort(([, a], [, b]) => a.tag - b.tag)
    .map(([name, field]) => planField(name, field));

function planField(name: string, field: Field): WriteField {
  const schema = resolveSchema(field.schema);
  if (field.inline) {
    const tag = (field.tag << 3) | 2;
    return (writer, object) => {
      writer.uint32(tag).fork();
      writeMessage(schema as MessageSchema, writer, object);
      writer.ldelim();
    };
  }
  if (schema.type === 'list' && !schema.wrapped) return planList(name, field.tag, schema);
  if (schema.type === 'map') return planMap(name, field.tag, schema);
  return planSingle(name, field, schema);
}

/** Upstream writes what is not behind a pointer always, except what Go holds in a slice. */
function planSingle(name: string, field: Field, schema: Exclude<Schema, { type: 'lazy' }>): WriteField {
  const isSlice = schema.type === 'list' || (schema.type === 'scalar' && schema.scalar === 'bytes');
  const always = field.presence !== 'pointer' && field.options.pointer !== true && !isSlice;
  const tag = (field.tag << 3) | wireType(schema);
  const write = valueWriter(schema);
  return (writer, object) => {
    const value = object[name];
    if (value === undefined || value === null) {
      if (!always) return;
    }
    writer.uint32(tag);
    write(writer, value ?? undefined);
  };
}

function planList(name: string, fieldNumber: number, schema: ListSchema): WriteField {
  const tag = (fieldNumber << 3) | wireType(schema.items);
  const write = valueWriter(schema.items);
  return (writer, object) => {
    const items = object[name] as readonly unknown[] | null | undefined;
    if (items === undefined || items === null) return;
    for (let i = 0; i < items.length; i++) {
      writer.uint32(tag);
      write(writer, items[i]);
    }
  };
}

function planMap(name: string, fieldNumber: number, schema: MapSchema): WriteField {
  const tag = (fieldNumber << 3) | 2;
  const valueTag = (2 << 3) | wireType(schema.values);
  const write = valueWriter(schema.values);
  return (writer, object) => {
    const members = object[name] as Readonly<Record<string, unknown>> | null | undefined;
    if (members === undefined || members === null) return;
    for (const key of Object.keys(members).sort()) {
      writer.uint32(tag).fork().uint32(10).string(key).uint32(valueTag);
      write(writer, members[key]);
      writer.ldelim();
    }
  };
}

function valueWriter(schema: Schema): WriteValue {
  const resolved = resolveSchema(schema);
  switch (resolved.type) {
    case 'scalar':
      return SCALAR_WRITERS[resolved.scalar][1];
    case 'message':
      return (writer, value) => {
        writer.fork();
        writeMessage(resolved, writer, (value as Record<string, unknown> | null | undefined) ?? {});
        writer.ldelim();
      };
    case 'list': {
      const field = planList('items', 1, resolved);
      return (writer, value) => {
        writer.fork();
        field(writer, { items: value });
        writer.ldelim();
      };
    }
    case 'map':
      throw new Error('a map cannot be a value of its own in protobuf');
  }
}

/** The protobuf form of a message, without an envelope. */
export function encodeMessage(schema: MessageSchema, object: object): Uint8Array {
  const writer = protobuf.Writer.create();
  writeMessage(schema, writer, object as Record<string, unknown>);
  return writer.finish();
}
