import { stringifyJson } from '#machinery/codec/encode-json.ts';
import { isObject, PatchError } from './patch-error.ts';

/** The members of a strategic merge patch that are instructions. */
export const PATCH = '$patch';
export const RETAIN_KEYS = '$retainKeys';
export const DELETE_FROM_PRIMITIVE_LIST = '$deleteFromPrimitiveList';
export const SET_ELEMENT_ORDER = '$setElementOrder';

export type JsonObject = Record<string, unknown>;

export const BAD_PRIMITIVE_LIST = 'invalid patch format of primitive list';
export const BAD_RETAIN_KEYS = 'invalid patch format of retainKeys';
export const BAD_ELEMENT_ORDER = 'invalid patch format of setElementOrder list';

/** The member that `$setElementOrder/containers` and its like speak of. */
export function directiveTarget(key: string, prefix: string, message: string): string {
  if (!key.startsWith(`${prefix}/`)) throw new PatchError(message);
  return key.slice(prefix.length + 1);
}

export const noMergeKey = (item: unknown, mergeKey: string): PatchError =>
  new PatchError(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);

export const unknownPatchType = (type: unknown, item: unknown): PatchError =>
  new PatchError(`unknown patch type: ${goText(type)} in map: ${goText(item)}`);

const goKind = (value: unknown): string => {
  if (Array.isArray(value)) return '[]interface {}';
  if (isObject(value)) return 'map[string]interface {}';
  if (value === null || value === undefined) return '%!s(<nil>)';
  return typeof value === 'number' ? 'int64' : typeof value === 'boolean' ? 'bool' : typeof value;
};

export function asObject(value: unknown): JsonObject {
  if (isObject(value)) return value;
  throw new PatchError(`expected a map[string]interface {}, but received a ${goKind(value)}`);
}

export function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new PatchError(`expected a []interface {}, but received a ${goKind(value)}`);
}

/** A value as Go's `%v` prints it. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value))
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${goText(value[key])}`)
      .join(' ')}]`;
  if (value === null || value === undefined) return '<nil>';
  return typeof value === 'string' ? value : stringifyJson(value);
}

/** Whether the items of lists are objects; throws when they differ. Undefined when there are none. */
export function itemsAreObjects(...lists: readonly (readonly unknown[])[]): boolean | undefined {
  if (lists.every((list) => list.every(isObject))) return lists.some((list) => list.length > 0) || undefined;
  const kinds = new Set(lists.flat().map(goKind));
  if (kinds.has('[]interface {}')) throw new PatchError('lists of lists are not supported', 422);
  if (kinds.size > 1) throw new PatchError(`list element types are not identical: ${goText(lists)}`);
  return kinds.size === 0 ? undefined : kinds.has('map[string]interface {}');
}
