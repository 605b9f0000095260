import { firstPlaces } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { own } from '#base/table.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { isSchema } from './schema-shape.ts';

/** The rules on how lists and maps are merged: what their items are told apart by. */
export function validateMergeTypes(schema: JSONSchemaProps, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { 'x-kubernetes-map-type': mapType, 'x-kubernetes-list-type': listType } = schema;
  if (mapType !== undefined) {
    append(errors, mustBe('object', 'x-kubernetes-map-type', schema, field));
    if (!['atomic', 'granular'].includes(mapType)) {
      errors.push(notSupported(field.child('x-kubernetes-map-type'), mapType, ['atomic', 'granular']));
    }
  }
  if (listType !== undefined) {
    append(errors, mustBe('array', 'x-kubernetes-list-type', schema, field));
    if (schema.type === 'array' && listType === 'set') append(errors, setItemErrors(schema.items, field));
    if (!['atomic', 'set', 'map'].includes(listType)) {
      errors.push(notSupported(field.child('x-kubernetes-list-type'), listType, ['atomic', 'set', 'map']));
    }
  }
  return [...errors, ...keyPlaceErrors(schema, field), ...mapErrors(schema, field), ...itemErrors(schema, field)];
}

function mustBe(wanted: string, by: string, { type }: JSONSchemaProps, field: FieldPath): FieldError[] {
  if (type === wanted) return [];
  const detail = `must be ${wanted} if ${by} is specified`;
  return [type ? invalid(field.child('type'), type, detail) : required(field.child('type'), detail)];
}

/** Items of a set are compared as a whole. */
function setItemErrors(items: unknown, field: FieldPath): FieldError[] {
  if (!isSchema(items)) return [];
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const { 'x-kubernetes-list-type': listType, 'x-kubernetes-map-type': mapType } = items;
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    return [invalid(field.child('items', 'x-kubernetes-list-type'), listType, detail)];
  }
  // Upstream shows the list's type here, too.
  return items.type === 'object' && mapType !== 'atomic'
    ? [invalid(field.child('items', 'x-kubernetes-map-type'), listType, detail)]
    : [];
}

function keyPlaceErrors(schema: JSONSchemaProps, field: FieldPath): FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  if (!schema['x-kubernetes-list-map-keys']?.length || listType === 'map') return [];
  const at = field.child('x-kubernetes-list-type');
  const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
  return [listType === undefined ? required(at, detail) : invalid(at, listType, detail)];
}

function mapErrors(schema: JSONSchemaProps, field: FieldPath): FieldError[] {
  if (schema['x-kubernetes-list-type'] !== 'map') return [];
  const { items, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  const errors: FieldError[] = [];
  if (keys.length === 0) {
    const detail = 'must not be empty if x-kubernetes-list-type is map';
    errors.push(required(field.child('x-kubernetes-list-map-keys'), detail));
  }
  const at = field.child('items');
  if (items === undefined) return [...errors, required(at, 'must have a schema if x-kubernetes-list-type is map')];
  if (!isSchema(items)) {
    return [...errors, invalid(at, items, 'must only have a single schema if x-kubernetes-list-type is map')];
  }
  if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    return [...errors, invalid(at.child('type'), items.type ?? '', detail)];
  }
  // Each says the whole list, which may be long: it is written out once.
  const place = field.child('x-kubernetes-list-map-keys');
  const unknown = invalid(place, keys, 'entries must all be names of item properties');
  const repeated = invalid(place, keys, 'must not contain duplicate entries');
  const first = firstPlaces(keys);
  return [
    ...errors,
    ...keys.flatMap((key, index) => [
      ...keyErrors(key, { items, unknown }, field),
      ...((first.get(key) ?? index) < index ? [repeated] : []),
    ]),
  ];
}

function keyErrors(
  key: string,
  { items, unknown }: { items: JSONSchemaProps; unknown: FieldError },
  field: FieldPath,
): FieldError[] {
  const member = own(items.properties, key);
  if (member === undefined) return [unknown];
  if (member.type === 'array' || member.type === 'object') {
    const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
    return [invalid(field.child('items', 'properties').key(key).child('type'), items.type, detail)];
  }
  return [];
}

/** Items that are told apart are there, and so are their keys. */
function itemErrors(schema: JSONSchemaProps, field: FieldPath): FieldError[] {
  const { items, 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  if (!isSchema(items) || (listType !== 'set' && listType !== 'map')) return [];
  const errors: FieldError[] = [];
  if (items.nullable) {
    const detail = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
    errors.push(forbidden(field.child('items', 'nullable'), detail));
  }
  if (listType === 'set') return errors;
  for (const key of keys) {
    const member = own(items.properties, key);
    if (member === undefined) continue;
    const at = field.child('items', 'properties').key(key);
    const why = 'this property is in x-kubernetes-list-map-keys, so it';
    if (!items.required?.includes(key) && member.default === undefined) {
      errors.push(required(at.child('default'), `${why} must have a default or be a required property`));
    }
    if (member.nullable) errors.push(forbidden(at.child('nullable'), `${why} cannot be nullable`));
  }
  return errors;
}
