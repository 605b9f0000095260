import { setMember } from '#machinery/codec/value-decoder.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { MessageSchema, Schema } from '#machinery/schema/schema.ts';
import {
  DELETE_FROM_PRIMITIVE_LIST,
  goText,
  itemsAreObjects,
  type JsonObject,
  PATCH,
  RETAIN_KEYS,
  SET_ELEMENT_ORDER,
} from './directives.ts';
import { requiredIdentity, sortByOrder } from './element-order.ts';
import { isObject } from './patch-error.ts';
import { type MemberStrategy, memberStrategy } from './patch-schema.ts';
import { mergeObjects } from './strategic-merge.ts';

interface DiffOptions {
  readonly ignoreChanges: boolean;
  readonly ignoreDeletions: boolean;
}

const EVERYTHING: DiffOptions = { ignoreChanges: false, ignoreDeletions: false };

/** The strategic merge patch that makes `modified` of `original`; nothing is shared with either. */
export function createStrategicMergePatch(schema: MessageSchema, original: object, modified: object): JsonObject {
  return deepClone(diffObjects(original as JsonObject, modified as JsonObject, schema, false, EVERYTHING));
}

/**
 * The patch that `kubectl apply` sends: additions and changes from `current` to `modified`, deletions from `original`
 * (last applied) to `modified`.
 */
export function createThreeWayStrategicMergePatch(
  schema: MessageSchema,
  objects: { readonly original: object; readonly modified: object; readonly current: object },
): JsonObject {
  const modified = objects.modified as JsonObject;
  const changes = diffObjects(objects.current as JsonObject, modified, schema, false, {
    ignoreChanges: false,
    ignoreDeletions: true,
  });
  const deletions = diffObjects(objects.original as JsonObject, modified, schema, false, {
    ignoreChanges: true,
    ignoreDeletions: false,
  });
  return mergeObjects(deepClone(deletions), deepClone(changes), schema, { applyDirectives: false });
}

function diffObjects(
  original: JsonObject,
  modified: JsonObject,
  schema: Schema | undefined,
  retainKeys: boolean,
  options: DiffOptions,
): JsonObject {
  const patch: JsonObject = {};
  for (const [key, value] of Object.entries(modified)) {
    const old = Object.hasOwn(original, key) ? original[key] : undefined;
    diffMember(patch, key, old, value, schema, options);
  }
  if (!options.ignoreDeletions)
    for (const key of Object.keys(original)) if (!Object.hasOwn(modified, key)) setMember(patch, key, null);
  const retained = Object.keys(modified).filter((key) => modified[key] !== null);
  const dropsMember = Object.keys(original).some((key) => original[key] !== null && !Object.hasOwn(modified, key));
  if (retainKeys && retained.length > 0 && (Object.keys(patch).length > 0 || dropsMember))
    patch[RETAIN_KEYS] = retained.sort();
  return patch;
}

function diffMember(
  patch: JsonObject,
  key: string,
  old: unknown,
  value: unknown,
  schema: Schema | undefined,
  options: DiffOptions,
): void {
  if (isObject(old) && isObject(value)) {
    if (deepEqual(old, value)) return;
    diffMemberObjects(patch, key, old, value, memberStrategy(schema, key), options);
  } else if (Array.isArray(old) && Array.isArray(value)) {
    if (deepEqual(old, value)) return;
    diffMemberLists(patch, key, old, value, memberStrategy(schema, key), options);
  } else if (!options.ignoreChanges && !deepEqual(old, value)) setMember(patch, key, value);
}

function diffMemberObjects(
  patch: JsonObject,
  key: string,
  old: JsonObject,
  value: JsonObject,
  member: MemberStrategy,
  options: DiffOptions,
): void {
  if (member.strategy === 'replace') {
    if (!options.ignoreChanges) patch[key] = value;
    return;
  }
  const inner = diffObjects(old, value, member.schema, member.retainKeys, options);
  if (Object.keys(inner).length > 0) setMember(patch, key, inner);
}

function diffMemberLists(
  patch: JsonObject,
  key: string,
  old: readonly unknown[],
  value: readonly unknown[],
  member: MemberStrategy,
  options: DiffOptions,
): void {
  if (member.strategy !== 'merge') {
    if (!options.ignoreChanges) patch[key] = value;
    return;
  }
  const { changes, deletions, order } = diffLists(old, value, member, options);
  if (changes.length > 0) patch[key] = changes;
  if (deletions.length > 0) patch[`${DELETE_FROM_PRIMITIVE_LIST}/${key}`] = deletions;
  if (order.length > 0) patch[`${SET_ELEMENT_ORDER}/${key}`] = order;
}

interface ListDiff {
  readonly changes: readonly unknown[];
  readonly deletions: readonly unknown[];
  readonly order: readonly unknown[];
}

function diffLists(
  old: readonly unknown[],
  value: readonly unknown[],
  member: MemberStrategy,
  options: DiffOptions,
): ListDiff {
  if (old.length === 0) return { changes: options.ignoreChanges ? [] : value, deletions: [], order: [] };
  return itemsAreObjects(old, value) === true
    ? diffObjectLists(old as JsonObject[], value as JsonObject[], member, options)
    : diffScalarLists(old, value, options);
}

function diffScalarLists(old: readonly unknown[], value: readonly unknown[], options: DiffOptions): ListDiff {
  const additions = options.ignoreChanges ? [] : value.filter((item) => !old.includes(item));
  const deletions = options.ignoreDeletions ? [] : [...new Set(old.filter((item) => !value.includes(item)))];
  const isOrdered = deletions.length > 0 || (!options.ignoreChanges && !deepEqual(old, value));
  return { changes: additions, deletions, order: isOrdered ? value : [] };
}

function diffObjectLists(
  old: readonly JsonObject[],
  value: readonly JsonObject[],
  { schema, mergeKey, retainKeys }: MemberStrategy,
  options: DiffOptions,
): ListDiff {
  const changes: JsonObject[] = [];
  const deletions: JsonObject[] = [];
  for (const [before, after] of pairs(byKey(old, mergeKey), byKey(value, mergeKey))) {
    if (after === undefined) {
      if (!options.ignoreDeletions) deletions.push({ [PATCH]: 'delete', [mergeKey]: before!.item[mergeKey] });
    } else if (before === undefined) {
      if (!options.ignoreChanges) changes.push(after.item);
    } else {
      const change = diffObjects(before.item, after.item, schema, retainKeys, options);
      if (Object.keys(change).length > 0) changes.push({ ...change, [mergeKey]: after.item[mergeKey] });
    }
  }
  const patch = [...sortByOrder(changes, value, mergeKey), ...deletions];
  const isSameOrder =
    old.length === value.length && old.every((item, index) => item[mergeKey] === value[index]![mergeKey]);
  const isOrdered = patch.length > 0 || (!options.ignoreChanges && !isSameOrder);
  return {
    changes: patch,
    deletions: [],
    order: isOrdered ? value.map((item) => ({ [mergeKey]: item[mergeKey] })) : [],
  };
}

interface KeyedItem {
  readonly key: string;
  readonly item: JsonObject;
}

const byKey = (items: readonly JsonObject[], mergeKey: string): KeyedItem[] =>
  items
    .map((item) => ({ key: goText(requiredIdentity(item, mergeKey)), item }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

/** Items of two sorted lists beside each other where their keys are the same: of equal ones the first with the first. */
function* pairs(
  left: readonly KeyedItem[],
  right: readonly KeyedItem[],
): Generator<readonly [KeyedItem | undefined, KeyedItem | undefined]> {
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [a, b] = [left[i], right[j]];
    const isRight = a === undefined || (b !== undefined && b.key < a.key);
    const isLeft = b === undefined || (a !== undefined && a.key < b.key);
    if (!isRight) i++;
    if (!isLeft) j++;
    yield [isRight ? undefined : a, isLeft ? undefined : b];
  }
}
