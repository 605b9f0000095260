import type { KubernetesObject } from '#api/resource-definition.ts';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import type { Field, MessageSchema, Mutable } from '#machinery/schema/schema.ts';
import { isTrue, type Query } from '../request.ts';

/** What a request to connect asks for in its query, as an object of its kind. Throws a 400 for values that cannot be read. */
export function readConnectOptions(
  { schema, kind, apiVersion }: { readonly schema: MessageSchema; readonly kind: string; readonly apiVersion: string },
  query: Query,
  subpath = '',
): Mutable<KubernetesObject> {
  const options: Record<string, unknown> = { kind, apiVersion };
  for (const [name, field] of Object.entries(schema.fields)) {
    if (field.tag === 0 || !query.has(name)) continue;
    const value = readValue(field, query.all(name));
    if (value !== undefined) options[name] = value;
  }
  if ('path' in schema.fields && subpath !== '') options['path'] = `/${subpath}`;
  return options as Mutable<KubernetesObject>;
}

/** Undefined for zero values, which are not written. */
function readValue({ schema }: Field, values: readonly string[]): unknown {
  if (schema.type === 'list') {
    const { items } = schema;
    const read = items.type === 'scalar' ? values.map((value) => readScalar(items.scalar, value)) : values;
    return read.length > 0 ? read : undefined;
  }
  const read = readScalar(schema.type === 'scalar' ? schema.scalar : 'string', values[0] ?? '');
  return read === false || read === 0 || read === '' ? undefined : read;
}

function readScalar(scalar: string, text: string): boolean | number | string {
  // As Go's conversion of queries has it: a bare parameter is true, and so is every other word.
  if (scalar === 'bool') return isTrue(text);
  if (scalar !== 'int32' && scalar !== 'int64') return text;
  if (!/^-?\d+$/.test(text)) throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}
