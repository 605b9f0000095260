import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { EMPTY_SET, type FieldSet } from './field-set.ts';
import { distinctElements, itemsByElement } from './list-element.ts';
import { fieldElement } from './path-element.ts';
import { CLOSE, elementCode, forgetTooMany, LEAF, OPEN, SELF, SetCodes } from './set-codes.ts';
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

const SAME: Comparison = { written: EMPTY_SET, removed: EMPTY_SET };

/** Names, by path from the root, that a comparison does not look at. */
export interface Unwatched {
  readonly [name: string]: Unwatched | true;
}

/**
 * Compares two objects of a kind in one walk over both; what is the same object in both is not looked into. The sets
 * are collected as numbers, because objects of a kind mostly have the same fields: sets that were there before are found.
 */
export function compareObjects(shape: MapShape, old: JsonObject, next: JsonObject, unwatched?: Unwatched): Comparison {
  forgetTooMany();
  written.length = 0;
  removed.length = 0;
  compareMembers(shape, old, next, unwatched);
  if (written.length === 0 && removed.length === 0) return SAME;
  return { written: written.take(), removed: removed.take() };
}

// Comparing is synchronous: one collection of each kind does for all.
const written = new SetCodes();
const removed = new SetCodes();

function compareValues(shape: Shape, old: unknown, next: unknown, unwatched?: Unwatched): void {
  if (old === next) return;
  if (next === undefined) collect(removed, shape, old, unwatched);
  else if (old === undefined) collect(written, shape, next, unwatched);
  else if (shape.kind === 'untyped') compareUntyped(old, next);
  else if (shape.kind === 'leaf' || ownedAsOne(shape) || (isVoid(old) && isVoid(next))) compareAsOne(old, next);
  else {
    const [firstWritten, firstRemoved] = [begin(written), begin(removed)];
    if (shape.kind === 'map') compareMembers(shape, objectOf(old), objectOf(next), unwatched);
    else compareItems(shape, listOf(old), listOf(next));
    end(written, firstWritten);
    end(removed, firstRemoved);
  }
}

function compareAsOne(old: unknown, next: unknown): void {
  if (!deepEqual(old, next)) written.push(LEAF);
}

/** The kind of what stands there may have changed, too. */
function compareUntyped(old: unknown, next: unknown): void {
  const shape = concrete(UNTYPED, next);
  if (isJsonObject(old) === isJsonObject(next)) compareValues(shape, old, next);
  else collect(written, shape, next);
}

/** Opens a field's parts; `end` closes them or, where there are none, takes the opening back. */
function begin(codes: SetCodes): number {
  const start = codes.length;
  codes.push(OPEN);
  return start;
}

function end(codes: SetCodes, start: number): void {
  if (codes.length === start + 1) codes.length = start;
  else codes.push(CLOSE);
}

/** Compares what stands at one element; nothing of it is left where nothing differs. */
function compareElement(code: number, shape: Shape, old: unknown, next: unknown, unwatched?: Unwatched): void {
  const startWritten = written.length;
  const startRemoved = removed.length;
  written.push(code);
  removed.push(code);
  compareValues(shape, old, next, unwatched);
  endElement(startWritten, startRemoved);
}

function endElement(startWritten: number, startRemoved: number): void {
  if (written.length === startWritten + 1) written.length = startWritten;
  if (removed.length === startRemoved + 1) removed.length = startRemoved;
}

function compareMembers(shape: MapShape, old: JsonObject, next: JsonObject, unwatched?: Unwatched): void {
  const { fields, values } = shape;
  for (const name in next) {
    const value = next[name];
    const before = fields === undefined && !Object.hasOwn(old, name) ? undefined : old[name];
    if (value === before || value === undefined) continue;
    const skip = unwatched?.[name];
    if (skip === true) continue;
    const field = fields?.get(name);
    const inner = field?.shape ?? values ?? UNTYPED;
    compareElement(field?.code ?? elementCode(fieldElement(name)), inner, before, value, skip);
  }
  for (const name in old) {
    const value = old[name];
    if (value === undefined || (Object.hasOwn(next, name) && next[name] !== undefined)) continue;
    const skip = unwatched?.[name];
    if (skip === true) continue;
    const field = fields?.get(name);
    removed.push(field?.code ?? elementCode(fieldElement(name)));
    collect(removed, field?.shape ?? values ?? UNTYPED, value, skip);
  }
}

/** Lists of so many items are looked through faster than collected. */
const FEW = 16;

function compareItems(shape: ListShape, old: readonly unknown[], next: readonly unknown[]): void {
  if (deepEqual(old, next)) return;
  const few = old.length <= FEW && next.length <= FEW;
  const before = few ? distinctElements(shape, old) : undefined;
  const after = before && distinctElements(shape, next);
  if (before && after)
    return compareDistinct(shape, { elements: before, items: old }, { elements: after, items: next });
  compareMany(shape, old, next);
}

interface DistinctItems {
  readonly elements: readonly string[];
  readonly items: readonly unknown[];
}

function compareDistinct(shape: ListShape, old: DistinctItems, next: DistinctItems): void {
  for (let i = 0; i < old.items.length; i++) {
    const element = old.elements[i]!;
    // Absent where it is not found.
    const item = next.items[next.elements.indexOf(element)];
    compareElement(elementCode(element), shape.item, old.items[i], item);
  }
  for (let i = 0; i < next.items.length; i++) {
    const element = next.elements[i]!;
    if (!old.elements.includes(element)) compareElement(elementCode(element), shape.item, undefined, next.items[i]);
  }
}

function compareMany(shape: ListShape, old: readonly unknown[], next: readonly unknown[]): void {
  const before = itemsByElement(shape, old);
  const after = itemsByElement(shape, next);
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    const startWritten = written.length;
    const startRemoved = removed.length;
    const code = elementCode(element);
    written.push(code);
    removed.push(code);
    compareSameItems(shape, before.get(element) ?? [], after.get(element) ?? []);
    endElement(startWritten, startRemoved);
  }
}

/** Items that stand in a list twice are owned as one. */
function compareSameItems(shape: ListShape, old: readonly unknown[], next: readonly unknown[]): void {
  if (old.length <= 1 && next.length <= 1) return compareValues(shape.item, old[0], next[0]);
  if (old.length >= 2 && next.length >= 2) return compareAsOne(old, next);
  if (next.length >= 2) {
    written.push(LEAF);
    if (old.length === 1) collect(removed, shape.item, old[0]);
  } else {
    removed.push(LEAF);
    if (next.length === 1) collect(written, shape.item, next[0]);
  }
}

/** A value that is there altogether or not at all: itself and all its parts. */
function collect(codes: SetCodes, shape: Shape, value: unknown, unwatched?: Unwatched): void {
  const actual = concrete(shape, value);
  if (actual.kind === 'leaf' || ownedAsOne(actual) || isVoid(value)) {
    codes.push(LEAF);
    return;
  }
  const start = codes.length;
  codes.push(OPEN);
  codes.push(SELF);
  if (actual.kind === 'map') collectMembers(codes, actual, objectOf(value), unwatched);
  else collectItems(codes, actual, listOf(value));
  if (codes.length === start + 2) {
    codes.length = start;
    codes.push(LEAF);
  } else codes.push(CLOSE);
}

function collectMembers(codes: SetCodes, { fields, values }: MapShape, value: JsonObject, unwatched?: Unwatched) {
  for (const name in value) {
    const member = value[name];
    const skip = unwatched?.[name];
    if (member === undefined || skip === true) continue;
    const field = fields?.get(name);
    codes.push(field?.code ?? elementCode(fieldElement(name)));
    collect(codes, field?.shape ?? values ?? UNTYPED, member, skip);
  }
}

function collectItems(codes: SetCodes, shape: ListShape, items: readonly unknown[]): void {
  const elements = distinctElements(shape, items);
  if (elements !== undefined) {
    for (let i = 0; i < elements.length; i++) {
      codes.push(elementCode(elements[i]!));
      collect(codes, shape.item, items[i]);
    }
    return;
  }
  for (const [element, same] of itemsByElement(shape, items)) {
    codes.push(elementCode(element));
    if (same.length > 1) codes.push(LEAF);
    else collect(codes, shape.item, same[0]);
  }
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
