import { stringifyJson } from '#machinery/codec/encode-json.ts';
import type { ScalarKind } from '#machinery/schema/schema.ts';
import { listElement } from './list-element.ts';
import { elementText } from './path-element.ts';
import { isJsonObject, type JsonObject, type ListShape, type MapShape, type Shape } from './shape.ts';

/** What of an applied configuration does not fit the schema: `.spec.replicas: expected numeric (int or float), got string`. */
export function validateConfig(shape: Shape, config: JsonObject): string[] {
  const errors: string[] = [];
  validate(shape, config, '', errors);
  return errors;
}

/** Several errors as one text. */
export const validationText = (errors: readonly string[]): string =>
  errors.length === 1 ? (errors[0] as string) : ['errors:', ...errors.map((error) => `  ${error}`)].join('\n');

function validate(shape: Shape, value: unknown, path: string, errors: string[]): void {
  if (value === null || value === undefined) return;
  const add = (message: string) => errors.push(path === '' ? message : `${path}: ${message}`);
  switch (shape.kind) {
    case 'untyped':
      return;
    case 'leaf':
      validateScalar(shape.scalar, value, add);
      return;
    case 'list':
      if (Array.isArray(value)) validateItems(shape, value, path, errors);
      else add(`expected list, got ${goValue(value)}`);
      return;
    case 'map':
      if (isJsonObject(value)) validateMembers(shape, value, path, errors);
      else add(`expected map, got ${goValue(value)}`);
  }
}

function validateMembers({ fields, values }: MapShape, value: JsonObject, path: string, errors: string[]): void {
  for (const [name, member] of Object.entries(value)) {
    const inner = fields?.get(name)?.shape ?? values;
    if (inner === undefined) errors.push(`${path}.${name}: field not declared in schema`);
    else validate(inner, member, `${path}.${name}`, errors);
  }
}

function validateItems(shape: ListShape, items: readonly unknown[], path: string, errors: string[]): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (shape.type === 'atomic') {
      validate(shape.item, item, `${path}[${index}]`, errors);
      continue;
    }
    const element = listElement(shape, item);
    if (element === undefined) {
      errors.push(`${path}: element ${index}: ${whyNoElement(shape, item)}`);
      return;
    }
    const text = elementText(element);
    if (seen.has(element)) errors.push(`${path}: duplicate entries for key ${text}`);
    seen.add(element);
    validate(shape.item, item, `${path}${text}`, errors);
  }
}

function whyNoElement(shape: ListShape, item: unknown): string {
  if (shape.type === 'map') {
    if (item === null) return 'associative list with keys may not have a null element';
    if (!isJsonObject(item)) return 'associative list with keys may not have non-map elements';
    const keys = shape.keys.map((key) => JSON.stringify(key)).join(' ');
    return `associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`;
  }
  if (item === null) return "associative list without keys has an element that's an explicit null";
  return Array.isArray(item)
    ? 'not supported: associative list with lists as elements'
    : "associative list without keys has an element that's a map type";
}

const NUMERIC: readonly ScalarKind[] = ['int32', 'int64', 'double'];
const TEXT: readonly ScalarKind[] = ['string', 'bytes', 'time', 'microTime', 'duration'];
const UNTYPED_SCALARS: readonly ScalarKind[] = ['quantity', 'intOrString'];

function validateScalar(scalar: ScalarKind, value: unknown, add: (message: string) => void): void {
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  if (NUMERIC.includes(scalar)) {
    if (!isNumber) add(`expected numeric (int or float), got ${goType(value)}`);
  } else if (TEXT.includes(scalar)) {
    if (typeof value !== 'string') add(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
  } else if (scalar === 'bool') {
    if (typeof value !== 'boolean') add(`expected boolean, got ${goValue(value)}`);
  } else if (UNTYPED_SCALARS.includes(scalar)) {
    if (typeof value === 'object') add(`expected any scalar, got ${goValue(value)}`);
  }
}

function goType(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

const goValue = (value: unknown): string => `&{${plain(value)}}`;

function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(' ')}]`;
  if (!isJsonObject(value)) return value === null ? '<nil>' : String(value);
  const members = Object.keys(value).sort();
  return `map[${members.map((name) => `${name}:${plain(value[name])}`).join(' ')}]`;
}

function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (!isJsonObject(value)) return value === null ? 'interface {}(nil)' : stringifyJson(value);
  const members = Object.keys(value).sort();
  return `map[string]interface {}{${members.map((name) => `${JSON.stringify(name)}:${goSyntax(value[name])}`).join(', ')}}`;
}
