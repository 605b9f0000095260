import { EMPTY_SET, type FieldSet, fieldNode, MEMBER } from './field-set.ts';
import { itemsByElement } from './list-element.ts';
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

/** Every leaf field, list item and map entry that a value names: what an applied configuration lays claim to. */
export const fieldSetOf = (shape: Shape, value: unknown): FieldSet => partsOf(shape, value) ?? EMPTY_SET;

/** Undefined where a value names nothing; `MEMBER` for what is owned as one. */
function partsOf(shape: Shape, value: unknown): FieldSet | undefined {
  const actual = concrete(shape, value);
  switch (actual.kind) {
    case 'leaf':
      return MEMBER;
    case 'list':
      if (actual.type === 'atomic') return MEMBER;
      return Array.isArray(value) ? itemParts(actual, value) : undefined;
    case 'map':
      if (actual.atomic) return MEMBER;
      return isJsonObject(value) ? memberParts(actual, value) : undefined;
  }
}

function memberParts(shape: MapShape, value: JsonObject): FieldSet | undefined {
  let parts: Record<string, FieldSet> | undefined;
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const owned = partsOf(memberShape(shape, name), member);
    const isNamed = shape.fields?.has(name) === true;
    const node = combine(!isNamed || isNothing(member), owned);
    if (node !== undefined) (parts ??= {})[fieldElement(name)] = node;
  }
  return parts;
}

const isNothing = (value: unknown): boolean =>
  value === null || (isJsonObject(value) && Object.keys(value).length === 0);

function itemParts(shape: ListShape, items: readonly unknown[]): FieldSet | undefined {
  let parts: Record<string, FieldSet> | undefined;
  for (const [element, same] of itemsByElement(shape, items)) {
    // An item that is there twice is owned as one.
    const owned = same.length > 1 ? undefined : partsOf(shape.item, same[0]);
    (parts ??= {})[element] = combine(true, owned) as FieldSet;
  }
  return parts;
}

const combine = (member: boolean, owned: FieldSet | undefined): FieldSet | undefined =>
  owned === MEMBER ? MEMBER : fieldNode(member, owned);
