import { isShared, shareJson } from '#machinery/objects/shared-json.ts';

/**
 * A set of fields in the form that managedFields hold them (FieldsV1): each member is the part of an object that a
 * path element names (`f:spec`, `k:{"name":"web"}`, `v:"a"`, `i:0`). Below the root a node without parts is a field of
 * the set itself; one that is in the set and has parts also has `.`. At the root nothing at all is the empty set.
 * Shared between objects, hence immutable.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** Elements from the root to a field. */
export type FieldSetPath = readonly string[];

type Parts = Record<string, FieldSet>;

/** A field that is in a set, and has no parts that are. As a root: the empty set. */
export const MEMBER: FieldSet = Object.freeze({});
export const EMPTY_SET: FieldSet = MEMBER;

/** The set with this text: the same object for the same text. */
export const sharedSet = (text: string): FieldSet => (text === '{}' ? EMPTY_SET : (shareJson(text) as FieldSet));

/** The same set as one that is shared by all who have it; for sets that are kept. */
export const shared = (set: FieldSet): FieldSet =>
  set === EMPTY_SET || isShared(set) ? set : sharedSet(JSON.stringify(set));

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** A node from whether it is in the set and from its parts; undefined when neither. */
export function fieldNode(member: boolean, parts: FieldSet | undefined): FieldSet | undefined {
  if (parts === undefined || isEmptySet(parts)) return member ? MEMBER : undefined;
  return member ? { '.': MEMBER, ...parts } : parts;
}

const isMember = (node: FieldSet): boolean => node['.'] !== undefined || isEmptySet(node);

/** Fields that are in either set. */
export const union = (a: FieldSet, b: FieldSet): FieldSet =>
  isEmptySet(a) ? b : isEmptySet(b) ? a : uniteParts(a, b, false);

function uniteNodes(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  const member = isMember(a) || isMember(b);
  if (isEmptySet(b)) return member === isMember(a) ? a : uniteParts(a, b, member);
  return uniteParts(a, b, member);
}

/** Answers `a` itself when `b` adds nothing, so that what does not change stays shared. */
function uniteParts(a: FieldSet, b: FieldSet, member: boolean): FieldSet {
  let changed = member && a['.'] === undefined && !isEmptySet(a);
  const out: Parts = member ? { '.': MEMBER } : {};
  for (const element in a) {
    if (element === '.') continue;
    const node = a[element]!;
    const other = b[element];
    const united = other === undefined ? node : uniteNodes(node, other);
    if (united !== node) changed = true;
    out[element] = united;
  }
  for (const element in b) {
    if (element === '.' || a[element] !== undefined) continue;
    out[element] = b[element]!;
    changed = true;
  }
  return changed ? out : a;
}

/** Fields that are in both sets. */
export const intersection = (a: FieldSet, b: FieldSet): FieldSet => intersectParts(a, b) ?? EMPTY_SET;

function intersectParts(a: FieldSet, b: FieldSet): Parts | undefined {
  let out: Parts | undefined;
  for (const element in a) {
    const other = b[element];
    if (element === '.' || other === undefined) continue;
    const node = a[element]!;
    const common = fieldNode(isMember(node) && isMember(other), intersectParts(node, other));
    if (common !== undefined) (out ??= {})[element] = common;
  }
  return out;
}

/** Fields of `a` that are not in `b`. A field's parts stay when only the field itself is in `b`. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => subtract(a, b, false) ?? EMPTY_SET;

/** As `difference`, but a field in `b` takes its parts with it. */
export const recursiveDifference = (a: FieldSet, b: FieldSet): FieldSet => subtract(a, b, true) ?? EMPTY_SET;

/** Answers `a` itself when nothing is taken from it. */
function subtract(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet | undefined {
  let out: Parts | undefined;
  let changed = false;
  for (const element in a) {
    if (element === '.') continue;
    const node = a[element]!;
    const other = b[element];
    const left = other === undefined ? node : subtractNode(node, other, recursive);
    if (left !== node) changed = true;
    if (left !== undefined) (out ??= {})[element] = left;
  }
  return changed ? out : a;
}

function subtractNode(node: FieldSet, other: FieldSet, recursive: boolean): FieldSet | undefined {
  const gone = isMember(other);
  if (recursive && gone) return undefined;
  if (isEmptySet(node)) return gone ? undefined : node;
  const member = isMember(node);
  const parts = subtract(node, other, recursive);
  const stays = member && !gone;
  if (stays === member && parts === node) return node;
  if (parts === node) return fieldNode(stays, withoutSelf(node));
  return fieldNode(stays, parts);
}

function withoutSelf(node: FieldSet): FieldSet {
  const { '.': _, ...parts } = node;
  return parts;
}

export function hasPath(set: FieldSet, path: FieldSetPath): boolean {
  let node: FieldSet | undefined = set;
  for (const element of path) {
    node = node[element];
    if (node === undefined) return false;
  }
  return path.length > 0 && isMember(node);
}

/** Whether an element of this level is in the set. */
export const hasElement = (set: FieldSet, element: string): boolean => {
  const node = set[element];
  return node !== undefined && isMember(node);
};

/** What of the set lies below an element; the empty set when nothing does. */
export function below(set: FieldSet, element: string): FieldSet {
  const node = set[element];
  return node === undefined ? EMPTY_SET : withoutSelf(node);
}

/** The set of these paths. */
export function setOf(...paths: FieldSetPath[]): FieldSet {
  return paths.reduce<FieldSet>((set, path) => union(set, pathSet(path)), EMPTY_SET);
}

function pathSet(path: FieldSetPath): FieldSet {
  return path.reduceRight<FieldSet>((node, element) => ({ [element]: node }), MEMBER);
}

/** All fields of a set as paths; those of a level come before what lies below it, as upstream goes through them. */
export function pathsOf(set: FieldSet, compare: (a: string, b: string) => number): FieldSetPath[] {
  const paths: FieldSetPath[] = [];
  const visit = (node: FieldSet, prefix: FieldSetPath) => {
    const elements = Object.keys(node)
      .filter((element) => element !== '.')
      .sort(compare);
    for (const element of elements) if (hasElement(node, element)) paths.push([...prefix, element]);
    for (const element of elements) visit(node[element]!, [...prefix, element]);
  };
  visit(set, []);
  return paths;
}

/** Whether two sets have the same fields, in whatever order. */
export function equalSets(a: FieldSet, b: FieldSet): boolean {
  return a === b || (isEmptySet(difference(a, b)) && isEmptySet(difference(b, a)));
}
