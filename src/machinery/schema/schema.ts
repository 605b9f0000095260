/**
 * The schema language: one description of a type from which decoding, strict field checks, defaults, structural
 * validation, protobuf, OpenAPI, strategic merge and server-side apply are derived. Schemas are plain frozen data.
 *
 * Values in memory are what JSON says they are: times, quantities and durations are strings, bytes are base64 strings.
 */
export type Schema = ScalarSchema | ListSchema | MapSchema | MessageSchema | LazySchema;

/** Wire and JSON behaviour of a leaf. */
export type ScalarKind =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'double'
  /** Base64 text in JSON, raw bytes in protobuf. */
  | 'bytes'
  /** RFC 3339 in whole seconds, UTC; protobuf message of seconds (1) and nanos (2). */
  | 'time'
  /** RFC 3339 with microseconds. */
  | 'microTime'
  /** Go duration text such as `1m30s`; protobuf message of nanoseconds (1). */
  | 'duration'
  /** Quantity text such as `500m`; protobuf message of the string (1). */
  | 'quantity'
  /** A JSON number or string; protobuf message of type (1), int (2), string (3). */
  | 'intOrString'
  /** Any JSON object, kept as it is; protobuf message of raw bytes (1). */
  | 'rawExtension'
  /** The field set of managedFields: any JSON; protobuf message of raw bytes (1). */
  | 'fieldsV1'
  /** Any JSON value (apiextensions JSON); protobuf message of raw bytes (1). */
  | 'json';

interface ScalarTypes {
  string: string;
  bool: boolean;
  int32: number;
  int64: number;
  double: number;
  bytes: string;
  time: string;
  microTime: string;
  duration: string;
  quantity: string;
  intOrString: number | string;
  rawExtension: unknown;
  fieldsV1: unknown;
  json: unknown;
}

declare const type: unique symbol;

export interface ScalarSchema<T = unknown> {
  readonly type: 'scalar';
  readonly scalar: ScalarKind;
  /** The allowed texts of a string enum, as OpenAPI shows them. Membership is checked by the kind's own validation. */
  readonly enum?: readonly string[];
  /** The definition that OpenAPI refers to, for JSON values that have one of their own. */
  readonly definition?: string;
  readonly [type]?: T;
}

export interface ListSchema<T = unknown> {
  readonly type: 'list';
  readonly items: Schema;
  /** A named list: on the wire a message whose repeated field 1 holds the items (ExtraValue, for example). */
  readonly wrapped?: boolean;
  readonly [type]?: T;
}

export interface MapSchema<T = unknown> {
  readonly type: 'map';
  readonly values: Schema;
  readonly [type]?: T;
}

export interface MessageSchema<F extends Fields = Fields> {
  readonly type: 'message';
  /** Upstream's definition name, for example `io.k8s.api.core.v1.PodSpec`; the key of OpenAPI definitions. */
  readonly name: string;
  readonly fields: F;
  /** Our own one-line text for `kubectl explain`. */
  readonly description?: string;
  /** Whether the whole message is replaced as one by patches and apply. */
  readonly atomic?: boolean;
  /** Members of which one is set at a time, as OpenAPI tells of them. */
  readonly union?: Union;
}

export interface Union {
  /** The member that says which one is set. */
  readonly discriminator?: string;
  /** The others, each with the discriminator's value for it. */
  readonly members: Readonly<Record<string, string>>;
}

/** A reference resolved on first use; only for schemas that refer to themselves. */
export interface LazySchema<T = unknown> {
  readonly type: 'lazy';
  readonly resolve: () => Schema;
  readonly [type]?: T;
}

/**
 * Whether a field may be absent:
 * `required` is always there; `optional` when absent means the zero value, and zero is not written;
 * `pointer` when absent differs from zero, and zero is written.
 */
export type Presence = 'required' | 'optional' | 'pointer';

export interface Field<S extends Schema = Schema, P extends Presence = Presence> {
  /** Protobuf field number; 0 for fields that are not on the wire (apiVersion and kind). */
  readonly tag: number;
  readonly schema: S;
  readonly presence: P;
  /** The field's members stand in the parent in JSON and are a message of their own on the wire. */
  readonly inline?: boolean;
  readonly options: FieldOptions;
}

export interface FieldOptions {
  readonly description?: string;
  readonly default?: unknown;
  /** For required fields that upstream holds behind a pointer: when absent, no zero value takes their place. */
  readonly pointer?: boolean;
  /** The feature gate that the field waits for, which is off: writes drop it. */
  readonly disabledBy?: string;
  /** Goes with the last of its members that a write drops. */
  readonly dropEmpty?: boolean;
  /** For lists and bytes: JSON shows null when they are absent or empty, as upstream does where it always writes the field. */
  readonly nullWhenEmpty?: boolean;
  /** Strategic merge: how a list or object is merged. `retainKeys` clears the keys of a union that the patch does not name. */
  readonly patchStrategy?: 'merge' | 'replace' | 'retainKeys' | 'merge,retainKeys';
  /** Strategic merge: the key that identifies a list's items; absent with `merge` for lists of scalars. */
  readonly mergeKey?: string;
  /** Server-side apply: how a list is owned. Default `atomic`. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly mapKeys?: readonly string[];
  /** Server-side apply: `atomic` maps and structs are owned as one. */
  readonly mapType?: 'atomic' | 'granular';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** May not change after creation. */
  readonly immutable?: boolean;
  /**
   * What OpenAPI says of a field beyond that: that it is required although it may be left out (validation sees to it), the
   * `zero` that is written where an optional one is absent, or nothing but its type (`plain`), not even how a list is owned.
   */
  readonly shown?: 'required' | 'zero' | 'plain';
}

export type Fields = Readonly<Record<string, Field>>;

/** The TypeScript type of a schema; members are readonly because objects are shared. */
export type Infer<S> =
  S extends MessageSchema<infer F>
    ? InferFields<F>
    : S extends ScalarSchema<infer T> | ListSchema<infer T> | MapSchema<infer T> | LazySchema<infer T>
      ? T
      : never;

type InferFields<F extends Fields> = OwnFields<F> & InlineFields<F>;

type OwnFields<F extends Fields> = {
  readonly [K in keyof F as F[K] extends InlineField ? never : F[K]['presence'] extends 'required' ? K : never]: Infer<
    F[K]['schema']
  >;
} & {
  readonly [K in keyof F as F[K] extends InlineField ? never : F[K]['presence'] extends 'required' ? never : K]?:
    | Infer<F[K]['schema']>
    | undefined;
};

type InlineKeys<F extends Fields> = { [K in keyof F]: F[K] extends InlineField ? K : never }[keyof F];

/** The members of inline messages stand among the parent's own. */
type InlineFields<F extends Fields> = [InlineKeys<F>] extends [never]
  ? unknown
  : Intersection<{ [K in InlineKeys<F>]: (members: Infer<F[K]['schema']>) => void }[InlineKeys<F>]>;

type Intersection<U> = U extends never ? never : [U] extends [(members: infer I) => void] ? I : never;

export interface InlineField {
  readonly inline: true;
}

/** A type whose members may be assigned, all the way down: for objects that one function owns, fresh from a decoder or a clone. */
export type Mutable<T> = T extends readonly (infer I)[]
  ? Mutable<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;

const scalar = <K extends ScalarKind>(kind: K): ScalarSchema<ScalarTypes[K]> => ({ type: 'scalar', scalar: kind });

export const string = scalar('string');
export const bool = scalar('bool');
export const int32 = scalar('int32');
export const int64 = scalar('int64');
export const double = scalar('double');
export const bytes = scalar('bytes');
export const time = scalar('time');
export const microTime = scalar('microTime');
export const duration = scalar('duration');
export const quantity = scalar('quantity');
export const intOrString = scalar('intOrString');
export const rawExtension = scalar('rawExtension');
export const fieldsV1 = scalar('fieldsV1');
export const json = scalar('json');

/** Any JSON value whose kind OpenAPI has a definition for. */
export const jsonOf = (definition: string): ScalarSchema<unknown> => ({ ...json, definition });

/** A string that is one of `values`. Typed as string: clients may send others, and validation answers them. */
export const enumeration = (...values: readonly string[]): ScalarSchema<string> => ({
  type: 'scalar',
  scalar: 'string',
  enum: values,
});

export const list = <S extends Schema>(items: S): ListSchema<readonly Infer<S>[]> => ({ type: 'list', items });
export const wrappedList = <S extends Schema>(items: S): ListSchema<readonly Infer<S>[]> => ({
  type: 'list',
  items,
  wrapped: true,
});
export const map = <S extends Schema>(values: S): MapSchema<Readonly<Record<string, Infer<S>>>> => ({
  type: 'map',
  values,
});
export const lazy = <T>(resolve: () => Schema): LazySchema<T> => ({ type: 'lazy', resolve });

/** A message type. `name` is upstream's definition name. */
export const message = <F extends Fields>(
  name: string,
  fields: F,
  options: Pick<MessageSchema, 'atomic' | 'description' | 'union'> = {},
): MessageSchema<F> => ({ type: 'message', name, fields, ...options });

export const req = <S extends Schema>(tag: number, schema: S, options: FieldOptions = {}): Field<S, 'required'> => ({
  tag,
  schema,
  presence: 'required',
  options,
});
export const opt = <S extends Schema>(tag: number, schema: S, options: FieldOptions = {}): Field<S, 'optional'> => ({
  tag,
  schema,
  presence: 'optional',
  options,
});
export const ptr = <S extends Schema>(tag: number, schema: S, options: FieldOptions = {}): Field<S, 'pointer'> => ({
  tag,
  schema,
  presence: 'pointer',
  options,
});
/** A member whose fields stand in the parent in JSON. Its own name is only a label. */
export const inline = <S extends MessageSchema>(
  tag: number,
  schema: S,
  options: FieldOptions = {},
): Field<S, 'optional'> & InlineField => ({ tag, schema, presence: 'optional', inline: true, options });

/** Follows a lazy reference. */
export function resolveSchema(schema: Schema): Exclude<Schema, LazySchema> {
  let resolved = schema;
  while (resolved.type === 'lazy') resolved = resolved.resolve();
  return resolved;
}
