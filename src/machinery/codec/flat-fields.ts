import { type Field, type MessageSchema, resolveSchema } from '#machinery/schema/schema.ts';

/** A member of a message as JSON has it: those of inline messages stand among the others. */
export interface FlatField {
  readonly name: string;
  readonly field: Field;
}

const cache = new WeakMap<MessageSchema, readonly FlatField[]>();

/** All JSON members of a message in order; kind and apiVersion come first, as upstream writes them. */
export function flatFields(schema: MessageSchema): readonly FlatField[] {
  const known = cache.get(schema);
  if (known !== undefined) return known;
  const fields = flatten(schema);
  const rank = (name: string) => (name === 'kind' ? 0 : name === 'apiVersion' ? 1 : 2);
  const isObject = fields.some(({ name, field }) => name === 'apiVersion' && field.tag === 0);
  const ordered = isObject ? [...fields].sort((a, b) => rank(a.name) - rank(b.name)) : fields;
  cache.set(schema, ordered);
  return ordered;
}

function flatten(schema: MessageSchema): FlatField[] {
  return Object.entries(schema.fields).flatMap(([name, field]) => {
    if (!field.inline) return [{ name, field }];
    const inner = resolveSchema(field.schema);
    if (inner.type !== 'message') throw new Error(`inline field is not a message: ${schema.name}.${name}`);
    return flatten(inner);
  });
}
