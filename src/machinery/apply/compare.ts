import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { EMPTY_SET, type FieldSet, MEMBER } from './field-set.ts';
import { itemsByElement } from './list-element.ts';
import { fieldElement } from './path-element.ts';
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

/** Compares two objects of a kind in one walk over both; what is the same object in both is not looked into. */
export function compareObjects(shape: MapShape, old: JsonObject, next: JsonObject, unwatched?: Unwatched): Comparison {
  const walk = new Walk();
  const written = walk.members(shape, old, next, unwatched) ?? EMPTY_SET;
  return written === EMPTY_SET && walk.removed === undefined ? SAME : { written, removed: walk.removed ?? EMPTY_SET };
}

/** Each step answers what was written, and leaves what was removed in `removed`. */
class Walk {
  removed: FieldSet | undefined;

  #values(shape: Shape, old: unknown, next: unknown, unwatched?: Unwatched): FieldSet | undefined {
    this.removed = undefined;
    if (old === next) return undefined;
    if (next === undefined) {
      this.removed = wholeOf(shape, old, unwatched);
      return undefined;
    }
    if (old === undefined) return wholeOf(shape, next, unwatched);
    if (shape.kind === 'untyped') return this.#untyped(old, next);
    if (shape.kind === 'leaf') return deepEqual(old, next) ? undefined : MEMBER;
    if (ownedAsOne(shape) || (isVoid(old) && isVoid(next))) return deepEqual(old, next) ? undefined : MEMBER;
    return shape.kind === 'map'
      ? this.members(shape, objectOf(old), objectOf(next), unwatched)
      : this.#items(shape, listOf(old), listOf(next));
  }

  /** The kind of what stands there may have changed, too. */
  #untyped(old: unknown, next: unknown): FieldSet | undefined {
    const shape = concrete(UNTYPED, next);
    if (isJsonObject(old) === isJsonObject(next)) return this.#values(shape, old, next);
    return deepEqual(old, next) ? undefined : wholeOf(shape, next);
  }

  members(shape: MapShape, old: JsonObject, next: JsonObject, unwatched?: Unwatched): FieldSet | undefined {
    const { fields, values } = shape;
    let written: Record<string, FieldSet> | undefined;
    let removed: Record<string, FieldSet> | undefined;
    for (const name in next) {
      const value = next[name];
      const before = fields === undefined && !Object.hasOwn(old, name) ? undefined : old[name];
      if (value === before || value === undefined) continue;
      const skip = unwatched?.[name];
      if (skip === true) continue;
      const field = fields?.get(name);
      const node = this.#values(field?.shape ?? values ?? UNTYPED, before, value, skip);
      const element = field?.element ?? fieldElement(name);
      if (node !== undefined) (written ??= {})[element] = node;
      if (this.removed !== undefined) (removed ??= {})[element] = this.removed;
    }
    for (const name in old) {
      const value = old[name];
      if (value === undefined || (Object.hasOwn(next, name) && next[name] !== undefined)) continue;
      const skip = unwatched?.[name];
      if (skip === true) continue;
      const field = fields?.get(name);
      const shapeOfMember = field?.shape ?? values ?? UNTYPED;
      (removed ??= {})[field?.element ?? fieldElement(name)] = wholeOf(shapeOfMember, value, skip);
    }
    this.removed = removed;
    return written;
  }

  #items(shape: ListShape, old: readonly unknown[], next: readonly unknown[]): FieldSet | undefined {
    this.removed = undefined;
    if (deepEqual(old, next)) return undefined;
    const before = itemsByElement(shape, old);
    const after = itemsByElement(shape, next);
    let written: Record<string, FieldSet> | undefined;
    let removed: Record<string, FieldSet> | undefined;
    for (const element of new Set([...before.keys(), ...after.keys()])) {
      const node = this.#item(shape, before.get(element) ?? [], after.get(element) ?? []);
      if (node !== undefined) (written ??= {})[element] = node;
      if (this.removed !== undefined) (removed ??= {})[element] = this.removed;
    }
    this.removed = removed;
    return written;
  }

  /** Items that stand in a list twice are owned as one. */
  #item(shape: ListShape, old: readonly unknown[], next: readonly unknown[]): FieldSet | undefined {
    if (old.length <= 1 && next.length <= 1) return this.#values(shape.item, old[0], next[0]);
    this.removed = undefined;
    if (old.length >= 2 && next.length >= 2) return deepEqual(old, next) ? undefined : MEMBER;
    if (next.length >= 2) {
      this.removed = old.length === 1 ? wholeOf(shape.item, old[0]) : undefined;
      return MEMBER;
    }
    this.removed = MEMBER;
    return next.length === 1 ? wholeOf(shape.item, next[0]) : undefined;
  }
}

/** A value that is there altogether or not at all: itself and all its parts. */
function wholeOf(shape: Shape, value: unknown, unwatched?: Unwatched): FieldSet {
  const actual = concrete(shape, value);
  if (actual.kind === 'leaf' || ownedAsOne(actual) || isVoid(value)) return MEMBER;
  return actual.kind === 'map' ? wholeMap(actual, objectOf(value), unwatched) : wholeList(actual, listOf(value));
}

function wholeMap({ fields, values }: MapShape, value: JsonObject, unwatched?: Unwatched): FieldSet {
  const parts: Record<string, FieldSet> = { '.': MEMBER };
  for (const name in value) {
    const member = value[name];
    const skip = unwatched?.[name];
    if (member === undefined || skip === true) continue;
    const field = fields?.get(name);
    parts[field?.element ?? fieldElement(name)] = wholeOf(field?.shape ?? values ?? UNTYPED, member, skip);
  }
  return parts;
}

function wholeList(shape: ListShape, items: readonly unknown[]): FieldSet {
  const found = itemsByElement(shape, items);
  if (found.size === 0) return MEMBER;
  const parts: Record<string, FieldSet> = { '.': MEMBER };
  for (const [element, same] of found) parts[element] = same.length > 1 ? MEMBER : wholeOf(shape.item, same[0]);
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
