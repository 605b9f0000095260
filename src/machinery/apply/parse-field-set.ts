import { EMPTY_SET, type FieldSet, fieldNode, union } from './field-set.ts';
import { canonicalElement } from './path-element.ts';

/**
 * A set of fields as a client sent it, in canonical form. Elements of kinds that are not known are left out.
 * Throws a `SyntaxError` for what is no field set.
 */
export function parseFieldSet(fields: unknown): FieldSet {
  if (fields === undefined || fields === null) return EMPTY_SET;
  return parseParts(fields) ?? EMPTY_SET;
}

function parseParts(fields: unknown): FieldSet | undefined {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new SyntaxError('read field set: a field is not an object');
  let parts: FieldSet | undefined;
  for (const [text, value] of Object.entries(fields)) {
    if (text === '.') continue;
    const element = canonicalElement(text);
    if (element === undefined) continue;
    const inner = parseParts(value);
    const member = inner === undefined || Object.hasOwn(value as object, '.');
    const node = { [element]: fieldNode(member, inner) as FieldSet };
    parts = parts === undefined ? node : union(parts, node);
  }
  return parts;
}
