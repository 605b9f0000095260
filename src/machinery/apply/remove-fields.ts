import { below, type FieldSet, hasElement, isEmptySet } from './field-set.ts';
import { listElement } from './list-element.ts';
import { fieldElement } from './path-element.ts';
import {
  concrete,
  isJsonObject,
  type JsonObject,
  type ListShape,
  type MapShape,
  memberShape,
  type Shape,
} from './shape.ts';

/** The value without the members and list items in a set. Undefined when nothing is left, or what is owned as one is reached. */
export function removeFields(shape: Shape, value: unknown, gone: FieldSet): unknown {
  const actual = concrete(shape, value);
  switch (actual.kind) {
    case 'leaf':
      return value;
    case 'list':
      if (actual.type === 'atomic' || !Array.isArray(value)) return undefined;
      return removeItems(actual, value, gone);
    case 'map':
      if (actual.atomic || !isJsonObject(value)) return undefined;
      return removeMembers(actual, value, gone);
  }
}

function removeMembers(shape: MapShape, value: JsonObject, gone: FieldSet): JsonObject | undefined {
  const left: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    const element = fieldElement(name);
    if (hasElement(gone, element)) continue;
    const inner = below(gone, element);
    left.push([name, isEmptySet(inner) ? member : (removeFields(memberShape(shape, name), member, inner) ?? null)]);
  }
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

function removeItems(shape: ListShape, items: readonly unknown[], gone: FieldSet): unknown[] | undefined {
  const left: unknown[] = [];
  for (const item of items) {
    const element = listElement(shape, item);
    if (element === undefined) {
      left.push(item);
      continue;
    }
    if (hasElement(gone, element)) continue;
    const inner = below(gone, element);
    left.push(isEmptySet(inner) ? item : (removeFields(shape.item, item, inner) ?? null));
  }
  return left.length === 0 ? undefined : left;
}
