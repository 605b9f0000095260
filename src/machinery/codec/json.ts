import { isShared } from '#machinery/objects/shared-json.ts';
import type { Infer, MessageSchema, Mutable, Schema } from '#machinery/schema/schema.ts';
import { DecodeError } from './decode-error.ts';
import { diagnose } from './diagnose.ts';
import { scanJson } from './json-scan.ts';
import { MAX_DEPTH, type ParsedJson, parseJsonExactly } from './json-syntax.ts';
import { TypeMismatch } from './scalar.ts';
import { type DecodeContext, valueDecoder } from './value-decoder.ts';

/** An object that its decoder's caller owns, and what a strict reader would not accept. */
export interface Decoded<T> {
  readonly object: Mutable<T>;
  /** `unknown field "spec.foo"`, `duplicate field "spec.replicas"`; unknown members are not in the object. */
  readonly problems: readonly string[];
}

// Invalid UTF-8 becomes U+FFFD as in Go; a byte order mark is an error as in Go.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Reads JSON under a schema. Unknown members are dropped and reported, nulls and empty optional members are absent,
 * required members and plain structs are present, quantities, times and durations are in canonical form, and members
 * stand in the schema's order. Integers past 2^53 are bigints. Throws `DecodeError` with Go's text.
 *
 * Two departures from Go: required lists and maps are empty, never null, and zero times are absent, never null.
 */
export function decodeJson<S extends MessageSchema>(body: Uint8Array | string, schema: S): Decoded<Infer<S>> {
  const text = typeof body === 'string' ? body : utf8.decode(body);
  const scan = scanJson(typeof body === 'string' ? encoder.encode(body) : body);
  if (scan.depth > MAX_DEPTH) throw new DecodeError('exceeded max depth');
  if (scan.longNumber) return decodeExactly(text, schema);
  const value = parseQuickly(text);
  const context: DecodeContext = { members: 0 };
  const object = walk(schema, value, context) as Mutable<Infer<S>>;
  // As many members as colons: none is unknown and none is there twice.
  return context.members === scan.members ? { object, problems: [] } : decodeExactly(text, schema);
}

/** Reads JSON of any shape: its value with exact integers, and which members it names twice. Throws `DecodeError` with Go's text. */
export function parseJsonStrictly(bytes: Uint8Array): ParsedJson {
  const text = utf8.decode(bytes);
  const scan = scanJson(bytes);
  if (scan.depth > MAX_DEPTH) throw new DecodeError('exceeded max depth');
  if (scan.longNumber) return parseJsonExactly(text);
  const value = parseQuickly(text);
  return countMembers(value) === scan.members ? { value, duplicates: NONE } : parseJsonExactly(text);
}

const NONE: ReadonlySet<string> = new Set();

function parseQuickly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The exact parser knows Go's words for what is wrong.
    return parseJsonExactly(text).value;
  }
}

function decodeExactly<S extends MessageSchema>(text: string, schema: S): Decoded<Infer<S>> {
  const { value, duplicates }: ParsedJson = parseJsonExactly(text);
  const object = walk(schema, value, { members: 0 }) as Mutable<Infer<S>>;
  return { object, problems: diagnose(schema, value, duplicates) };
}

/** The same for a value that is parsed already; `problems` are unknown members. The value is not changed nor shared. */
export function decodeValue<S extends MessageSchema>(value: unknown, schema: S): Decoded<Infer<S>> {
  const context: DecodeContext = { members: 0 };
  const object = walk(schema, value, context) as Mutable<Infer<S>>;
  return { object, problems: context.members === countMembers(value) ? [] : diagnose(schema, value) };
}

/** How many members all objects of a value have together. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') count += countMembers(item);
    return count;
  }
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    // As the decoder counts: see `fieldsV1` there.
    const isKept = key === 'fieldsV1' && isShared(member);
    count += typeof member === 'object' && !isKept ? 1 + countMembers(member) : 1;
  }
  return count;
}

/** The same without looking for unknown members: for values made by code, which are to be in normal form. */
export const normalizeValue = <S extends MessageSchema>(value: Infer<S>, schema: S): Mutable<Infer<S>> =>
  walk(schema, value, { members: 0 }) as Mutable<Infer<S>>;

function walk(schema: Schema, value: unknown, context: DecodeContext): unknown {
  const decoder = valueDecoder(schema);
  if (value === null || value === undefined) return decoder.zero();
  try {
    return decoder.decode(value, context);
  } catch (error) {
    if (error instanceof RangeError) throw new DecodeError('exceeded max depth');
    // The fast walk does not know where it is; the slow one does, and throws.
    diagnose(schema, value);
    throw error instanceof TypeMismatch ? new DecodeError(error.message) : error;
  }
}

/** What upstream answers under `fieldValidation=Strict`. */
export const strictDecodingMessage = (problems: readonly string[]): string =>
  `strict decoding error: ${problems.join(', ')}`;
