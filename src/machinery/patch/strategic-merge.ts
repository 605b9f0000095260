import { setMember } from '#machinery/codec/value-decoder.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { MessageSchema, Schema } from '#machinery/schema/schema.ts';
import {
  asList,
  asObject,
  BAD_ELEMENT_ORDER,
  BAD_PRIMITIVE_LIST,
  BAD_RETAIN_KEYS,
  DELETE_FROM_PRIMITIVE_LIST,
  directiveTarget,
  goText,
  itemsAreObjects,
  type JsonObject,
  noMergeKey,
  PATCH,
  RETAIN_KEYS,
  SET_ELEMENT_ORDER,
  unknownPatchType,
} from './directives.ts';
import { orderMerged, requiredIdentity } from './element-order.ts';
import { isObject, PatchError } from './patch-error.ts';
import { type MemberStrategy, memberStrategy } from './patch-schema.ts';

/** Whether directives are obeyed, or carried over because two patches are being merged into one. */
export interface MergeOptions {
  readonly applyDirectives: boolean;
}

/**
 * Applies a strategic merge patch under a schema, with every directive. Neither argument is changed, and the result
 * shares nothing with them. Throws `PatchError`.
 */
export function applyStrategicMergePatch(schema: MessageSchema, object: object, patch: object): JsonObject {
  return mergeObjects(deepClone(object) as JsonObject, deepClone(patch) as JsonObject, schema, {
    applyDirectives: true,
  });
}

/** Both objects are owned: the first becomes the result, the second is used up. */
export function mergeObjects(
  original: JsonObject,
  patch: JsonObject,
  schema: Schema | undefined,
  options: MergeOptions,
): JsonObject {
  if (Object.hasOwn(patch, PATCH)) return mergeWithDirective(patch);
  mergeRetainKeys(original, patch, options);
  mergeOrderedLists(original, patch, schema, options);
  for (const [key, value] of Object.entries(patch)) mergeMember(original, key, value, schema, options);
  return original;
}

function mergeWithDirective(patch: JsonObject): JsonObject {
  const directive = patch[PATCH];
  if (directive === 'delete') return {};
  if (directive !== 'replace') throw unknownPatchType(directive, patch);
  delete patch[PATCH];
  return patch;
}

function mergeMember(
  original: JsonObject,
  patchKey: string,
  value: unknown,
  schema: Schema | undefined,
  options: MergeOptions,
): void {
  const isDeletion = patchKey.startsWith(DELETE_FROM_PRIMITIVE_LIST);
  if (isDeletion && !options.applyDirectives) {
    original[patchKey] = value;
    return;
  }
  const key = isDeletion ? directiveTarget(patchKey, DELETE_FROM_PRIMITIVE_LIST, BAD_PRIMITIVE_LIST) : patchKey;
  if (value === null) {
    delete original[key];
    if (options.applyDirectives) return;
  }
  const old = Object.hasOwn(original, key) ? original[key] : undefined;
  if (isObject(old) && isObject(value))
    setMember(original, key, mergeMemberObjects(old, value, memberStrategy(schema, key), options));
  else if (Array.isArray(old) && Array.isArray(value))
    original[key] = mergeLists(old, value, memberStrategy(schema, key), isDeletion, options);
  else if (!isDeletion) setNew(original, key, value, options);
}

function mergeMemberObjects(
  old: JsonObject,
  value: JsonObject,
  { schema, strategy }: MemberStrategy,
  options: MergeOptions,
): JsonObject {
  return strategy === 'replace' ? value : mergeObjects(old, value, schema, options);
}

/** Takes over a value that the object does not have; what is only an instruction is left out. */
function setNew(original: JsonObject, key: string, value: unknown, options: MergeOptions): void {
  const kept = withoutDirectives(options.applyDirectives ? withoutNulls(value) : value);
  if (kept === undefined) delete original[key];
  else setMember(original, key, kept);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const key of Object.keys(value)) {
    if (value[key] !== null) setMember(kept, key, withoutNulls(value[key]));
  }
  return kept;
}

/** Undefined for an object that carries a directive. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, PATCH)) return undefined;
  const kept: JsonObject = {};
  for (const key of Object.keys(value)) {
    const member = withoutDirectives(value[key]);
    if (member !== undefined) setMember(kept, key, member);
  }
  return kept;
}

/** Clears the members that the patch does not list. */
function mergeRetainKeys(original: JsonObject, patch: JsonObject, options: MergeOptions): void {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return;
  const listed = patch[RETAIN_KEYS];
  delete patch[RETAIN_KEYS];
  if (!options.applyDirectives) {
    if (Object.hasOwn(original, RETAIN_KEYS) && !deepEqual(original[RETAIN_KEYS], listed))
      throw new PatchError(
        `${goText(original[RETAIN_KEYS])} and ${goText(listed)} are not deep equal: this may happen when calculating the 3-way diff patch`,
      );
    original[RETAIN_KEYS] = listed;
    return;
  }
  if (!Array.isArray(listed)) throw new PatchError(BAD_RETAIN_KEYS);
  const retained = new Set<unknown>(listed);
  for (const [key, value] of Object.entries(patch)) {
    const isDirective = key.startsWith(DELETE_FROM_PRIMITIVE_LIST) || key.startsWith(SET_ELEMENT_ORDER);
    if (value !== null && !isDirective && !retained.has(key)) throw new PatchError(BAD_RETAIN_KEYS);
  }
  for (const key of Object.keys(original)) if (!retained.has(key)) delete original[key];
}

/** Merges the lists whose order the patch gives, and takes them out of the patch. */
function mergeOrderedLists(
  original: JsonObject,
  patch: JsonObject,
  schema: Schema | undefined,
  options: MergeOptions,
): void {
  for (const directive of Object.keys(patch).filter((key) => key.startsWith(SET_ELEMENT_ORDER))) {
    const order = patch[directive];
    delete patch[directive];
    if (!options.applyDirectives) {
      if (Object.hasOwn(original, directive) && !deepEqual(original[directive], order))
        throw new PatchError(BAD_ELEMENT_ORDER);
      original[directive] = order;
    }
    const key = directiveTarget(directive, SET_ELEMENT_ORDER, BAD_ELEMENT_ORDER);
    mergeOrderedList(original, patch, key, asList(order), memberStrategy(schema, key), options);
  }
}

function mergeOrderedList(
  original: JsonObject,
  patch: JsonObject,
  key: string,
  order: readonly unknown[],
  member: MemberStrategy,
  options: MergeOptions,
): void {
  const old = Object.hasOwn(original, key) ? asList(original[key]) : undefined;
  const changes = Object.hasOwn(patch, key) ? asList(patch[key]) : undefined;
  checkOrder(changes ?? [], order, member.mergeKey);
  if (old === undefined && changes === undefined) return;
  const items = [...(old ?? [])];
  const before = orderBefore(old ?? [], changes ?? [], member.mergeKey);
  const merged =
    old === undefined
      ? (withoutDirectives(changes) as unknown[])
      : changes === undefined
        ? old
        : mergeLists(old, changes, member, false, options);
  itemsAreObjects(items, changes ?? []);
  original[key] = orderMerged(merged, order, before, member.mergeKey);
  delete patch[key];
}

/**
 * The order of the object's items, by which those that the patch does not speak of find their place. As upstream has it, items
 * that are added take the places of items that are deleted, and count as the object's then.
 */
function orderBefore(old: readonly unknown[], changes: readonly unknown[], mergeKey: string): unknown[] {
  if (mergeKey === '' || ![...old, ...changes].every(isObject)) return [...old];
  const keyed = changes as readonly JsonObject[];
  const deleted = new Set(keyed.filter((item) => item[PATCH] === 'delete').map((item) => item[mergeKey]));
  const kept = (old as readonly JsonObject[]).filter((item) => !deleted.has(item[mergeKey]));
  const known = new Set(kept.map((item) => item[mergeKey]));
  const added = keyed.filter((item) => !Object.hasOwn(item, PATCH) && !known.has(item[mergeKey]));
  return [...kept, ...added.slice(0, old.length - kept.length)];
}

/** The patch's own items must stand in the order that it gives. */
function checkOrder(changes: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (order.length === 0) return;
  const items = changes.filter((item) => !(isObject(item) && Object.hasOwn(item, PATCH)));
  let at = 0;
  for (const place of order) {
    if (at === items.length) return;
    if (requiredIdentity(items[at], mergeKey) === requiredIdentity(place, mergeKey)) at++;
  }
  if (at < items.length)
    throw new PatchError(
      `The order in patch list:\n${goText(changes)}\n doesn't match ${SET_ELEMENT_ORDER} list:\n${goText(order)}\n`,
    );
}

function mergeLists(
  original: unknown[],
  patch: unknown[],
  member: MemberStrategy,
  isDeletion: boolean,
  options: MergeOptions,
): unknown[] {
  if (member.strategy !== 'merge' && !isDeletion) return patch;
  const areObjects = itemsAreObjects(original, patch);
  if (areObjects === undefined) return original;
  if (!areObjects) {
    if (isDeletion) return original.filter((item) => !patch.includes(item));
    return orderMerged([...new Set([...original, ...patch])], patch, original, '');
  }
  if (member.mergeKey === '') throw new PatchError(`cannot merge lists without merge key for struct`);
  return mergeObjectLists(original as JsonObject[], patch as JsonObject[], member, options);
}

function mergeObjectLists(
  original: readonly JsonObject[],
  patch: readonly JsonObject[],
  { schema, mergeKey }: MemberStrategy,
  options: MergeOptions,
): unknown[] {
  const changes = patch.filter((item) => !Object.hasOwn(item, PATCH));
  const directives = patch.filter((item) => Object.hasOwn(item, PATCH));
  const { kept, replaces } = obeyListDirectives(original, directives, mergeKey);
  if (replaces) return changes;
  const merged = [...kept];
  for (const item of changes) {
    if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
    const at = merged.findIndex((candidate) => candidate[mergeKey] === item[mergeKey]);
    if (at >= 0) merged[at] = mergeObjects(merged[at]!, item, schema, options);
    else merged.push(options.applyDirectives ? (withoutNulls(item) as JsonObject) : item);
  }
  return orderMerged(merged, changes, kept, mergeKey);
}

function obeyListDirectives(
  original: readonly JsonObject[],
  directives: readonly JsonObject[],
  mergeKey: string,
): { kept: readonly JsonObject[]; replaces: boolean } {
  let kept = original;
  let replaces = false;
  for (const item of directives) {
    const directive = item[PATCH];
    if (directive === 'replace') replaces = true;
    else if (directive === 'merge') throw new PatchError('merging lists cannot yet be specified in the patch');
    else if (directive !== 'delete') throw unknownPatchType(directive, item);
    else {
      if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
      kept = kept.filter((candidate) => asObject(candidate)[mergeKey] !== item[mergeKey]);
    }
  }
  return { kept, replaces };
}
