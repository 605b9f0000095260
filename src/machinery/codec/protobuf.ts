import protobuf from 'protobufjs/minimal.js';
import type { Infer, MessageSchema, Mutable } from '#machinery/schema/schema.ts';
import { DecodeError } from './decode-error.ts';
import { parseJsonValue } from './json-syntax.ts';
import { decodeMessage, type ReadContext } from './protobuf-decoder.ts';
import { encodeMessage } from './protobuf-encoder.ts';

/** Finds the schema of a kind, for objects that are embedded in others. */
export type SchemaLookup = (apiVersion: string, kind: string) => MessageSchema | undefined;

/** What stands around every object on the wire. */
export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** The object itself, without its apiVersion and kind. */
  readonly raw: Uint8Array;
  /** Empty for protobuf; `application/json` when the object is JSON inside the envelope. */
  readonly contentType: string;
}

const MAGIC = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

/** Whether bytes begin as an enveloped object does. */
export const hasProtobufMagic = (bytes: Uint8Array): boolean => MAGIC.every((byte, index) => bytes[index] === byte);

/** Opens an envelope without looking at the object; throws `DecodeError`. */
export function readEnvelope(bytes: Uint8Array): ProtobufEnvelope {
  if (!hasProtobufMagic(bytes))
    throw new DecodeError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  const reader = protobuf.Reader.create(bytes);
  reader.pos = MAGIC.length;
  const envelope = { apiVersion: '', kind: '', raw: new Uint8Array(), contentType: '' };
  try {
    readEnvelopeFields(reader, envelope);
  } catch (error) {
    throw new DecodeError(error instanceof RangeError ? 'unexpected EOF' : (error as Error).message);
  }
  return envelope;
}

function readEnvelopeFields(
  reader: protobuf.Reader,
  envelope: { -readonly [K in keyof ProtobufEnvelope]: ProtobufEnvelope[K] },
): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 0x0a) readTypeMeta(protobuf.Reader.create(reader.bytes()), envelope);
    else if (tag === 0x12) envelope.raw = reader.bytes();
    else if (tag === 0x22) envelope.contentType = reader.string();
    else reader.skipType(tag & 7);
  }
}

function readTypeMeta(reader: protobuf.Reader, envelope: { apiVersion: string; kind: string }): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 0x0a) envelope.apiVersion = reader.string();
    else if (tag === 0x12) envelope.kind = reader.string();
    else reader.skipType(tag & 7);
  }
}

/** Puts an encoded object into its envelope. */
export function writeEnvelope(
  typeMeta: { readonly apiVersion: string; readonly kind: string },
  raw: Uint8Array,
): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(0x0a).fork().uint32(0x0a).string(typeMeta.apiVersion).uint32(0x12).string(typeMeta.kind).ldelim();
  writer.uint32(0x12).bytes(raw);
  writer.uint32(0x1a).string('').uint32(0x22).string('');
  const body = writer.finish();
  const out = new Uint8Array(MAGIC.length + body.length);
  out.set(MAGIC);
  out.set(body, MAGIC.length);
  return out;
}

/** An object in protobuf with its envelope; `apiVersion` and `kind` are those of the object. */
export function encodeProtobuf(
  object: { readonly apiVersion?: string | undefined; readonly kind?: string | undefined },
  schema: MessageSchema,
): Uint8Array {
  const { apiVersion = '', kind = '' } = object;
  return writeEnvelope({ apiVersion, kind }, encodeMessage(schema, object));
}

/**
 * Reads an enveloped object into the same form that `decodeJson` gives, apiVersion and kind included. The caller owns
 * the result. `lookup` is asked for objects embedded in others. Throws `DecodeError`.
 */
export function decodeProtobuf<S extends MessageSchema>(
  bytes: Uint8Array,
  schema: S,
  options: { readonly lookup?: SchemaLookup } = {},
): Mutable<Infer<S>> {
  return decodeEnvelope(readEnvelope(bytes), schema, options.lookup ?? (() => undefined)) as Mutable<Infer<S>>;
}

function decodeEnvelope(
  { apiVersion, kind, raw }: ProtobufEnvelope,
  schema: MessageSchema,
  lookup: SchemaLookup,
): object {
  const members = decodeMessage(schema, raw, readContext(lookup));
  return { ...(kind === '' ? {} : { kind }), ...(apiVersion === '' ? {} : { apiVersion }), ...members };
}

function readContext(lookup: SchemaLookup): ReadContext {
  return {
    depth: 0,
    embedded: (bytes) => {
      const envelope = readEnvelope(bytes);
      if (envelope.contentType === 'application/json') return parseJsonValue(new TextDecoder().decode(envelope.raw));
      const schema = lookup(envelope.apiVersion, envelope.kind);
      if (schema === undefined)
        throw new DecodeError(`no kind "${envelope.kind}" is registered for version "${envelope.apiVersion}"`);
      return decodeEnvelope(envelope, schema, lookup);
    },
  };
}

/** One event of a watch in protobuf: `object` is an enveloped object. No length in front. */
export function encodeWatchEvent(type: string, object: Uint8Array): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(0x0a).string(type);
  writer.uint32(0x12).fork().uint32(0x0a).bytes(object).ldelim();
  return writer.finish();
}

/** The other way round. */
export function decodeWatchEvent(bytes: Uint8Array): { readonly type: string; readonly object: Uint8Array } {
  const reader = protobuf.Reader.create(bytes);
  let type = '';
  let object = new Uint8Array();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 0x0a) type = reader.string();
    else if (tag === 0x12) object = readRawField(protobuf.Reader.create(reader.bytes()));
    else reader.skipType(tag & 7);
  }
  return { type, object };
}

function readRawField(reader: protobuf.Reader): Uint8Array<ArrayBuffer> {
  let raw = new Uint8Array();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 0x0a) raw = Uint8Array.from(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return raw;
}
