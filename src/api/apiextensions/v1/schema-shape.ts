import { table } from '#base/table.ts';
import { escapedName } from '#machinery/cel/escaped-map.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  struct,
  TIMESTAMP,
} from '#machinery/cel/types.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';

/** The largest request there is, in bytes. */
export const LARGEST_REQUEST = 3 * 1024 * 1024;
const LONGEST_TEXT = LARGEST_REQUEST - 2;

/** What expressions know of a part of a custom resource, and how large it can be. */
export interface Shape {
  readonly type: CelType;
  /** Bytes of JSON that it takes at least. */
  readonly minBytes: number;
  /** Items, entries, or bytes of a text that there are at most. */
  readonly most: number;
  readonly fields?: Readonly<Record<string, Shape>>;
  /** Of items or values. */
  readonly element?: Shape;
}

const simple = (type: CelType, minBytes: number, most = 0): Shape => ({ type, minBytes, most });
const TEXT = simple(STRING, 2, LONGEST_TEXT);

/** The shape of what a schema describes; undefined where expressions cannot speak of it. `name` is its type's. */
export function shapeOf(schema: JSONSchemaProps, name: string, isResource: boolean): Shape | undefined {
  if (schema['x-kubernetes-int-or-string']) return simple(DYN, 1, longest(schema, LONGEST_TEXT));
  switch (schema.type) {
    case 'array':
      return listShape(schema, name);
    case 'object':
      return isSchema(schema.additionalProperties) ? mapShape(schema, name) : objectShape(schema, name, isResource);
    case 'string':
      return textShape(schema);
    case 'boolean':
      return simple(BOOL, 4);
    case 'number':
      return simple(DOUBLE, 1);
    case 'integer':
      return simple(INT, 1);
    default:
      return isResource ? objectShape(schema, name, isResource) : undefined;
  }
}

export const isSchema = (value: unknown): value is JSONSchemaProps =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const partOf = (schema: JSONSchemaProps, name: string): Shape | undefined =>
  shapeOf(schema, name, schema['x-kubernetes-embedded-resource'] === true);

function listShape({ items, maxItems }: JSONSchemaProps, name: string): Shape | undefined {
  const element = isSchema(items) ? partOf(items, `${name}.@idx`) : undefined;
  if (element === undefined) return undefined;
  const most = maxItems === undefined ? Math.floor(LONGEST_TEXT / (element.minBytes + 1)) : Math.max(0, maxItems);
  return { type: listOf(element.type), minBytes: 2, most, element };
}

function mapShape({ additionalProperties, maxProperties }: JSONSchemaProps, name: string): Shape | undefined {
  const element = isSchema(additionalProperties) ? partOf(additionalProperties, `${name}.@elem`) : undefined;
  if (element === undefined) return undefined;
  const most =
    maxProperties === undefined ? Math.floor(LONGEST_TEXT / (element.minBytes + 6)) : Math.max(0, maxProperties);
  return { type: mapOf(STRING, element.type), minBytes: 2, most, element };
}

/** What every resource has, whatever its schema says. */
const OF_RESOURCES = table<JSONSchemaProps>({
  kind: { type: 'string' },
  apiVersion: { type: 'string' },
  metadata: { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } },
});

function objectShape(schema: JSONSchemaProps, name: string, isResource: boolean): Shape {
  const fields: Record<string, Shape> = {};
  let minBytes = 2;
  const properties = { ...schema.properties, ...(isResource ? OF_RESOURCES : {}) };
  for (const [property, part] of Object.entries(properties)) {
    const field = escapedName(property);
    const shape = field === undefined ? undefined : partOf(part, `${name}.${field}`);
    if (field === undefined || shape === undefined) continue;
    fields[field] = shape;
    if (schema.required?.includes(property) && part.default === undefined) {
      minBytes += property.length + shape.minBytes + 4;
    }
  }
  return { type: struct(name), minBytes, most: 0, fields };
}

function textShape(schema: JSONSchemaProps): Shape {
  switch (schema.format) {
    case 'byte':
      return simple(BYTES, 2, schema.maxLength === undefined ? LONGEST_TEXT : Math.max(0, schema.maxLength));
    case 'duration':
      return simple(DURATION, 3, 32);
    case 'date':
      return simple(TIMESTAMP, 12, 12);
    case 'date-time':
      return simple(TIMESTAMP, 21, 32);
    default: {
      const texts = (schema.enum ?? []).filter((value) => typeof value === 'string');
      const most = texts.length > 0 ? Math.max(...texts.map((text) => text.length)) : TEXT.most;
      return { ...TEXT, most: longest(schema, most) };
    }
  }
}

/** A character takes up to four bytes. */
const longest = ({ maxLength }: JSONSchemaProps, otherwise: number): number =>
  maxLength === undefined ? otherwise : Math.max(0, maxLength) * 4;
