import { flatFields } from '#machinery/codec/flat-fields.ts';
import { SCALAR_ZEROS } from '#machinery/codec/scalar.ts';
import {
  type Field,
  type FieldOptions,
  type MessageSchema,
  resolveSchema,
  type ScalarKind,
  type Schema,
} from '#machinery/schema/schema.ts';
import { fieldElement } from './path-element.ts';
import { namedElementCode } from './set-codes.ts';

/** What of a schema ownership depends on. */
export type Shape = LeafShape | ListShape | MapShape | UntypedShape;

/** Owned as one. */
export interface LeafShape {
  readonly kind: 'leaf';
  readonly scalar: ScalarKind;
}

/** `atomic`: owned as one. */
export interface ListShape {
  readonly kind: 'list';
  readonly type: 'atomic' | 'set' | 'map';
  /** For `map`, the names that identify an item, in order. */
  readonly keys: readonly string[];
  readonly item: Shape;
  /** Elements by the text that is an item's only key; some of them, to save making them. */
  readonly elements: Map<string, string>;
}

/** Messages have `fields`, maps have `values`. */
export interface MapShape {
  readonly kind: 'map';
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, FieldShape> | undefined;
  readonly values: Shape | undefined;
}

/** Any JSON: objects by their members, all else as one. */
export interface UntypedShape {
  readonly kind: 'untyped';
}

export const UNTYPED: UntypedShape = { kind: 'untyped' };

/** A named member of a message. Its shape is made when it is first looked at, because messages may contain themselves. */
export class FieldShape {
  /** The number of its path element. */
  readonly code: number;
  readonly default: unknown;
  readonly #field: Field;
  #shape: Shape | undefined;

  constructor(name: string, field: Field) {
    this.code = namedElementCode(fieldElement(name));
    this.default = field.options.default ?? zeroOf(field);
    this.#field = field;
  }

  get shape(): Shape {
    this.#shape ??= shapeOf(this.#field.schema, this.#field.options);
    return this.#shape;
  }
}

/** What a required field is when it is not there. */
function zeroOf({ presence, options, schema }: Field): unknown {
  const resolved = resolveSchema(schema);
  if (presence !== 'required' || options.pointer === true || resolved.type !== 'scalar') return undefined;
  return SCALAR_ZEROS[resolved.scalar];
}

const NO_OPTIONS: FieldOptions = {};
const messages = new WeakMap<MessageSchema, { granular?: MapShape; atomic?: MapShape }>();

/** The shape of a schema, where it stands as a field with these options. */
export function shapeOf(schema: Schema, options: FieldOptions = NO_OPTIONS): Shape {
  const resolved = resolveSchema(schema);
  switch (resolved.type) {
    case 'scalar':
      return resolved.scalar === 'json' ? UNTYPED : { kind: 'leaf', scalar: resolved.scalar };
    case 'list':
      return listShape(resolved.items, options);
    case 'map':
      return {
        kind: 'map',
        atomic: options.mapType === 'atomic',
        fields: undefined,
        values: shapeOf(resolved.values),
      };
    case 'message':
      return messageShape(resolved, (options.mapType ?? (resolved.atomic ? 'atomic' : 'granular')) === 'atomic');
  }
}

function listShape(items: Schema, { listType = 'atomic', mapKeys = [] }: FieldOptions): ListShape {
  return { kind: 'list', type: listType, keys: [...mapKeys].sort(), item: shapeOf(items), elements: new Map() };
}

function messageShape(schema: MessageSchema, atomic: boolean): MapShape {
  const known = messages.get(schema) ?? {};
  messages.set(schema, known);
  known[atomic ? 'atomic' : 'granular'] ??= {
    kind: 'map',
    atomic,
    fields: new Map(flatFields(schema).map(({ name, field }) => [name, new FieldShape(name, field)])),
    values: undefined,
  };
  return known[atomic ? 'atomic' : 'granular'] as MapShape;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The shape that a value has where anything may stand. */
export const untypedMap: MapShape = { kind: 'map', atomic: false, fields: undefined, values: UNTYPED };

/** The shape of a member; members that no schema names are untyped. */
export const memberShape = (shape: MapShape, name: string): Shape =>
  shape.fields?.get(name)?.shape ?? shape.values ?? UNTYPED;

/** Resolves an untyped shape by the value that stands there. */
export function concrete(shape: Shape, value: unknown): Exclude<Shape, UntypedShape> {
  if (shape.kind !== 'untyped') return shape;
  return isJsonObject(value) ? untypedMap : UNTYPED_LEAF;
}

const UNTYPED_LEAF: LeafShape = { kind: 'leaf', scalar: 'json' };
