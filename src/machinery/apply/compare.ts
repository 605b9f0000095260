import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { EMPTY_SET, type FieldSet } from './field-set.ts';
import { distinctElements, itemsByElement } from './list-element.ts';
import { fieldElement } from './path-element.ts';
import { elementText, LEAF_TEXT, SELF_TEXT, setOfText } from './set-text.ts';
import {
  concrete,
  isJsonObject,
  type JsonObject,
  type ListShape,
  type MapShape,
  type Shape,
  UNTYPED,
} from './shape.ts';

/** How one object differs from another. */
export interface Comparison {
  /** Fields that are new or have another value. */
  readonly written: FieldSet;
  /** Fields that are gone. */
  readonly removed: FieldSet;
}

export const SAME: Comparison = { written: EMPTY_SET, removed: EMPTY_SET };

/** Names, by path from the root, that a comparison does not look at. */
export interface Unwatched {
  readonly [name: string]: Unwatched | true;
}

/**
 * Compares two objects of a kind in one walk over both; what is the same object in both is not looked into. The sets
 * are written as short texts, because objects of a kind mostly have the same fields: the set is found by its text then.
 */
export function compareObjects(shape: MapShape, old: JsonObject, next: JsonObject, unwatched?: Unwatched): Comparison {
  const walk = new Walk();
  const written = walk.members(shape, old, next, unwatched);
  const { removed } = walk;
  if (written === '' && removed === '') return SAME;
  return { written: setOfText(written), removed: setOfText(removed) };
}

/** Each step answers the text of what was written, '' for nothing, and leaves that of what was removed in `removed`. */
class Walk {
  removed = '';

  #values(shape: Shape, old: unknown, next: unknown, unwatched?: Unwatched): string {
    this.removed = '';
    if (old === next) return '';
    if (next === undefined) {
      this.removed = wholeOf(shape, old, unwatched);
      return '';
    }
    if (old === undefined) return wholeOf(shape, next, unwatched);
    if (shape.kind === 'untyped') return this.#untyped(old, next);
    if (shape.kind === 'leaf') return deepEqual(old, next) ? '' : LEAF_TEXT;
    if (ownedAsOne(shape) || (isVoid(old) && isVoid(next))) return deepEqual(old, next) ? '' : LEAF_TEXT;
    const parts =
      shape.kind === 'map'
        ? this.members(shape, objectOf(old), objectOf(next), unwatched)
        : this.#items(shape, listOf(old), listOf(next));
    if (this.removed !== '') this.removed = `{${this.removed}}`;
    return parts === '' ? '' : `{${parts}}`;
  }

  /** The kind of what stands there may have changed, too. */
  #untyped(old: unknown, next: unknown): string {
    const shape = concrete(UNTYPED, next);
    if (isJsonObject(old) === isJsonObject(next)) return this.#values(shape, old, next);
    return deepEqual(old, next) ? '' : wholeOf(shape, next);
  }

  members(shape: MapShape, old: JsonObject, next: JsonObject, unwatched?: Unwatched): string {
    const { fields, values } = shape;
    let written = '';
    let removed = '';
    for (const name in next) {
      const value = next[name];
      const before = fields === undefined && !Object.hasOwn(old, name) ? undefined : old[name];
      if (value === before || value === undefined) continue;
      const skip = unwatched?.[name];
      if (skip === true) continue;
      const field = fields?.get(name);
      const node = this.#values(field?.shape ?? values ?? UNTYPED, before, value, skip);
      if (node === '' && this.removed === '') continue;
      const text = field?.text ?? elementText(fieldElement(name));
      if (node !== '') written += text + node;
      if (this.removed !== '') removed += text + this.removed;
    }
    for (const name in old) {
      const value = old[name];
      if (value === undefined || (Object.hasOwn(next, name) && next[name] !== undefined)) continue;
      const skip = unwatched?.[name];
      if (skip === true) continue;
      const field = fields?.get(name);
      const text = field?.text ?? elementText(fieldElement(name));
      removed += text + wholeOf(field?.shape ?? values ?? UNTYPED, value, skip);
    }
    this.removed = removed;
    return written;
  }

  #items(shape: ListShape, old: readonly unknown[], next: readonly unknown[]): string {
    this.removed = '';
    if (deepEqual(old, next)) return '';
    const before = itemsByElement(shape, old);
    const after = itemsByElement(shape, next);
    let written = '';
    let removed = '';
    for (const element of new Set([...before.keys(), ...after.keys()])) {
      const node = this.#item(shape, before.get(element) ?? [], after.get(element) ?? []);
      if (node !== '') written += elementText(element) + node;
      if (this.removed !== '') removed += elementText(element) + this.removed;
    }
    this.removed = removed;
    return written;
  }

  /** Items that stand in a list twice are owned as one. */
  #item(shape: ListShape, old: readonly unknown[], next: readonly unknown[]): string {
    if (old.length <= 1 && next.length <= 1) return this.#values(shape.item, old[0], next[0]);
    this.removed = '';
    if (old.length >= 2 && next.length >= 2) return deepEqual(old, next) ? '' : LEAF_TEXT;
    if (next.length >= 2) {
      this.removed = old.length === 1 ? wholeOf(shape.item, old[0]) : '';
      return LEAF_TEXT;
    }
    this.removed = LEAF_TEXT;
    return next.length === 1 ? wholeOf(shape.item, next[0]) : '';
  }
}

/** A value that is there altogether or not at all: itself and all its parts. */
function wholeOf(shape: Shape, value: unknown, unwatched?: Unwatched): string {
  const actual = concrete(shape, value);
  if (actual.kind === 'leaf') return LEAF_TEXT;
  const parts =
    ownedAsOne(actual) || isVoid(value)
      ? ''
      : actual.kind === 'map'
        ? wholeMembers(actual, objectOf(value), unwatched)
        : wholeItems(actual, listOf(value));
  return parts === '' ? LEAF_TEXT : `{${SELF_TEXT}${parts}}`;
}

function wholeMembers({ fields, values }: MapShape, value: JsonObject, unwatched?: Unwatched): string {
  let parts = '';
  for (const name in value) {
    const member = value[name];
    const skip = unwatched?.[name];
    if (member === undefined || skip === true) continue;
    const field = fields?.get(name);
    const text = field?.text ?? elementText(fieldElement(name));
    const inner = field?.shape ?? values ?? UNTYPED;
    parts += text + (inner.kind === 'leaf' ? LEAF_TEXT : wholeOf(inner, member, skip));
  }
  return parts;
}

function wholeItems(shape: ListShape, items: readonly unknown[]): string {
  const elements = distinctElements(shape, items);
  let parts = '';
  if (elements !== undefined) {
    for (let i = 0; i < elements.length; i++) parts += elementText(elements[i]!) + wholeOf(shape.item, items[i]);
    return parts;
  }
  for (const [element, same] of itemsByElement(shape, items))
    parts += elementText(element) + (same.length > 1 ? LEAF_TEXT : wholeOf(shape.item, same[0]));
  return parts;
}

const ownedAsOne = (shape: ListShape | MapShape): boolean =>
  shape.kind === 'map' ? shape.atomic : shape.type === 'atomic';

function isVoid(value: unknown): boolean {
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

const NOTHING: JsonObject = {};
const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : NOTHING);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
