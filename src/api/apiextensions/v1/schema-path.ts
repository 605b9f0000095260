import { own } from '#base/table.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { isSchema } from './schema-shape.ts';

/** Where a path leads: its canonical form, its first name, and the schema there. */
export interface SchemaPath {
  readonly path: string;
  readonly root: string;
  readonly schema: JSONSchemaProps;
}

/** Quoted texts, the signs between names, and names. */
const TOKENS = /'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]']+|'.*$/gs;

/**
 * Follows a path such as `.spec.ports['http'].number` through a schema. Answers why it leads nowhere as a text.
 * `allowsBrackets` is false where names are told by dots alone.
 */
export function followPath(text: string, schema: JSONSchemaProps, allowsBrackets = true): SchemaPath | string {
  const tokens = text.match(TOKENS) ?? [];
  let here = schema;
  let path = '';
  let root = '';
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token !== '.' && token !== '[') return `expected [ or . but got: ${token}`;
    if (token === '[' && !allowsBrackets) return 'array notation is not allowed';
    const name = tokens[++index];
    if (name === undefined) return 'unexpected end of JSON path';
    const key = token === '.' ? name : unquoted(name);
    if (key === undefined) return `expected single quoted string but got ${name}`;
    const member = memberOf(here, key);
    if (member === undefined) return 'does not refer to a valid field';
    path += here.properties ? `.${key}` : `[${key}]`;
    root ||= key;
    here = member;
    if (token === '.') continue;
    const end = tokens[++index];
    if (end === undefined) return 'unexpected end of JSON path';
    if (end !== ']') return `expected ] but got ${end}`;
  }
  return { path: path.replace(/^\./, ''), root, schema: here };
}

const unquoted = (token: string): string | undefined =>
  token.length >= 2 && token.startsWith("'") && token.endsWith("'")
    ? token.slice(1, -1).replace(/\\(.)/gs, '$1')
    : undefined;

function memberOf({ properties, additionalProperties }: JSONSchemaProps, name: string): JSONSchemaProps | undefined {
  if (properties) return own(properties, name);
  return isSchema(additionalProperties) ? additionalProperties : undefined;
}
