import { type CelType, DURATION, TIMESTAMP } from './types.ts';

/**
 * A value of the Common Expression Language: `int` is a bigint, `double` a number, `bytes` a Uint8Array, a list an
 * array. All else has a class. Values are never changed.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Moment
  | Span
  | TypeValue
  | Optional
  | CelMap
  | Fields
  | LibraryValue
  | readonly Value[];

/** An error of an evaluation, with the message that clients see. `&&`, `||` and quantifiers may make up for it. */
export class CelError extends Error {
  override readonly name: string = 'CelError';
}

/** An evaluation that was given up because it costs too much; nothing makes up for that. */
export class CostLimitError extends Error {
  override readonly name = 'CostLimitError';
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A timestamp: nanoseconds since the epoch. */
export class Moment {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A duration in nanoseconds. */
export class Span {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class TypeValue {
  readonly type: CelType;
  constructor(type: CelType) {
    this.type = type;
  }
}

export class Optional {
  static readonly NONE = new Optional(undefined);
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}

/** A map that is read through functions, so that what lies behind need not be copied. */
export abstract class CelMap {
  /** The value of a key; undefined where there is none. */
  abstract find(key: Value): Value | undefined;
  /** Whether the key is there; maps that make values up for absent keys say no. */
  abstract has(key: Value): boolean;
  abstract keys(): readonly Value[];
  get size(): number {
    return this.keys().length;
  }
}

/** An object with fields that are known by name. */
export abstract class Fields {
  abstract readonly type: CelType;
  /** The value of a field; undefined where it is not set. */
  abstract get(field: string): Value | undefined;
  abstract equals(other: Fields): boolean;
}

/** A value that only a library understands. */
export abstract class LibraryValue {
  abstract readonly type: CelType;
  abstract equals(other: LibraryValue): boolean;
}

/** Keys of maps: equal numbers are equal keys, whatever their type. */
export function keyOf(key: Value): string {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  if (typeof key === 'number' && Number.isInteger(key)) return `n${BigInt(key)}`;
  return `?${String(key)}`;
}

/** A map with its entries at hand. */
export class EntryMap extends CelMap {
  readonly #entries = new Map<string, readonly [Value, Value]>();
  constructor(entries: Iterable<readonly [Value, Value]>) {
    super();
    for (const entry of entries) this.#entries.set(keyOf(entry[0]), entry);
  }
  override find(key: Value): Value | undefined {
    return this.#entries.get(keyOf(key))?.[1];
  }
  override has(key: Value): boolean {
    return this.#entries.has(keyOf(key));
  }
  override keys(): readonly Value[] {
    return [...this.#entries.values()].map(([key]) => key);
  }
  override get size(): number {
    return this.#entries.size;
  }
}

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

/** The name of a value's type as messages of evaluations show it. */
export function typeNameOf(value: Value): string {
  if (value === null) return 'null_type';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'boolean') return 'bool';
  if (isList(value)) return 'list';
  if (value instanceof CelMap) return 'map';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Moment) return TIMESTAMP.name;
  if (value instanceof Span) return DURATION.name;
  if (value instanceof TypeValue) return 'type';
  if (value instanceof Optional) return 'optional_type';
  return value.type.name;
}

/** Length as `size()` tells it, which is what costs go by; undefined for values that have none. */
export function sizeOf(value: Value): number | undefined {
  if (typeof value === 'string') return codePoints(value);
  if (isList(value) || value instanceof Uint8Array) return value.length;
  return value instanceof CelMap ? value.size : undefined;
}

/** Characters as CEL counts them: a pair of surrogates is one. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const code = text.charCodeAt(index);
    if (code < 0xd800 || code > 0xdbff) continue;
    const next = text.charCodeAt(index + 1);
    if (next >= 0xdc00 && next <= 0xdfff) {
      count--;
      index++;
    }
  }
  return count;
}
