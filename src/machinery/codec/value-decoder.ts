import { isShared } from '#machinery/objects/shared-json.ts';
import { type Field, type MessageSchema, resolveSchema, type Schema } from '#machinery/schema/schema.ts';
import { flatFields } from './flat-fields.ts';
import { goValueName } from './go-type.ts';
import { SCALAR_DECODERS, SCALAR_ZEROS, TypeMismatch } from './scalar.ts';

/** What a walk counts: members that the schema knows, to be compared with those that the text has. */
export interface DecodeContext {
  members: number;
}

/**
 * Makes a normalised value of one that is not null: unknown members are left out, nulls and empty optional members
 * are absent, required members and plain structs are there, leaves are in canonical form. The input is not changed and
 * shares nothing with the result.
 */
export interface ValueDecoder {
  readonly decode: (value: unknown, context: DecodeContext) => unknown;
  /** The zero value; undefined where there is nothing to write. A new one each time. */
  readonly zero: () => unknown;
}

const cache = new WeakMap<Schema, ValueDecoder>();

/** The decoder of a schema, made on first use. */
export function valueDecoder(schema: Schema): ValueDecoder {
  let decoder = cache.get(schema);
  if (decoder === undefined) {
    decoder = compile(schema);
    cache.set(schema, decoder);
  }
  return decoder;
}

function compile(schema: Schema): ValueDecoder {
  switch (schema.type) {
    case 'scalar':
      return scalarDecoder(schema.scalar);
    case 'list':
      return listDecoder(schema.items);
    case 'map':
      return mapDecoder(schema.values);
    case 'message':
      return messageDecoder(schema);
    case 'lazy':
      return {
        decode: (value, context) => valueDecoder(resolveSchema(schema)).decode(value, context),
        zero: () => valueDecoder(resolveSchema(schema)).zero(),
      };
  }
}

function scalarDecoder(kind: keyof typeof SCALAR_DECODERS): ValueDecoder {
  const decode = SCALAR_DECODERS[kind];
  const zeroValue = SCALAR_ZEROS[kind];
  const zero = () => zeroValue;
  if (kind === 'fieldsV1') return { decode: copyFields, zero };
  if (kind === 'rawExtension' || kind === 'json') return { decode: copyJson, zero };
  return { decode, zero };
}

/** Field sets that are shared are neither copied nor counted. */
const copyFields = (value: unknown, context: DecodeContext): unknown =>
  isShared(value) ? value : copyJson(value, context);

/** Copies a value of any shape, counting its members. */
function copyJson(value: unknown, context: DecodeContext): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i++) items[i] = copyJson(value[i], context);
    return items;
  }
  const out: Record<string, unknown> = {};
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    context.members++;
    setMember(out, key, copyJson(member, context));
  }
  return out;
}

/** Assigning `__proto__` would set the prototype. */
export function setMember(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}

function listDecoder(items: Schema): ValueDecoder {
  const decodeItem = lazily(items);
  return {
    decode(value, context) {
      if (!Array.isArray(value)) throw new TypeMismatch(goValueName(value));
      const decoder = decodeItem();
      const out = new Array<unknown>(value.length);
      for (let i = 0; i < value.length; i++) {
        const item = value[i];
        out[i] = (item === null || item === undefined ? decoder.zero() : decoder.decode(item, context)) ?? null;
      }
      return out;
    },
    zero: () => [],
  };
}

function mapDecoder(values: Schema): ValueDecoder {
  const decodeMember = lazily(values);
  return {
    decode(value, context) {
      if (!isObject(value)) throw new TypeMismatch(goValueName(value));
      const decoder = decodeMember();
      const out: Record<string, unknown> = {};
      for (const key in value) {
        const member = value[key];
        if (member === undefined) continue;
        context.members++;
        setMember(out, key, (member === null ? decoder.zero() : decoder.decode(member, context)) ?? null);
      }
      return out;
    },
    zero: () => ({}),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const lazily = (schema: Schema): (() => ValueDecoder) => {
  let decoder: ValueDecoder | undefined;
  return () => (decoder ??= valueDecoder(schema));
};

interface MemberPlan {
  readonly name: string;
  /** Place in the schema's order. */
  readonly index: number;
  readonly decoder: () => ValueDecoder;
  /** Whether the empty value is not written. */
  readonly omitEmpty: boolean;
  /** Whether the zero value is written when the member is absent. */
  readonly fill: boolean;
}

function messageDecoder(schema: MessageSchema): ValueDecoder {
  const members = flatFields(schema).map(({ name, field }, index) => planMember(name, index, field));
  const byName = new Map(members.map((member) => [member.name, member]));
  const fills = members.filter(({ fill }) => fill);
  const decode = (value: unknown, context: DecodeContext): unknown => {
    if (!isObject(value)) throw new TypeMismatch(goValueName(value));
    const out: Record<string, unknown> = {};
    let known = 0;
    let last = -1;
    let inOrder = true;
    for (const key in value) {
      const member = byName.get(key);
      if (member === undefined) continue;
      const given = value[key];
      if (given === undefined) continue;
      known++;
      const decoded = given === null ? undefined : member.decoder().decode(given, context);
      if (decoded === undefined || decoded === null || (member.omitEmpty && isEmpty(decoded))) continue;
      out[key] = decoded;
      if (member.index < last) inOrder = false;
      last = member.index;
    }
    context.members += known;
    for (let i = 0; i < fills.length; i++) {
      const { name, decoder } = fills[i]!;
      if (Object.hasOwn(out, name)) continue;
      const zero = decoder().zero();
      if (zero === undefined) continue;
      out[name] = zero;
      inOrder = false;
    }
    return inOrder ? out : ordered(out, members);
  };
  return { decode, zero: () => decode({}, { members: 0 }) };
}

/** Objects of a kind are small and quick to read when their members always stand in the same order. */
function ordered(object: Readonly<Record<string, unknown>>, members: readonly MemberPlan[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const { name } of members) if (Object.hasOwn(object, name)) out[name] = object[name];
  return out;
}

function planMember(name: string, index: number, field: Field): MemberPlan {
  const isStruct = structWritten(field);
  const schema = resolveSchema(field.schema);
  const isOpaque = schema.type === 'scalar' && SCALAR_ZEROS[schema.scalar] === undefined;
  return {
    name,
    index,
    decoder: lazily(field.schema),
    omitEmpty: isOmitted(field) && !isStruct && !isOpaque,
    fill: (field.presence === 'required' && field.options.pointer !== true) || isStruct || isShownZero(field),
  };
}

/** Whether the empty value of a field is not written. */
export const isOmitted = (field: Field): boolean => field.presence === 'optional' && !isShownZero(field);

/** Some fields may be left out by who writes them, and are written all the same, without regard to what is in them. */
const isShownZero = ({ options }: Field): boolean => options.shown === 'zero';

/** Upstream's encoder leaves out empty scalars and collections, never a struct that is not behind a pointer. */
function structWritten(field: Field): boolean {
  if (field.presence !== 'optional') return false;
  const schema = resolveSchema(field.schema);
  return schema.type === 'message' || (schema.type === 'scalar' && schema.scalar === 'quantity');
}

function isEmpty(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value === '';
    case 'number':
      return value === 0;
    case 'boolean':
      return !value;
    case 'object': {
      if (Array.isArray(value)) return value.length === 0;
      for (const _ in value) return false;
      return true;
    }
    default:
      return false;
  }
}
