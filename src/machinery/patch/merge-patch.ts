import { setMember } from '#machinery/codec/value-decoder.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { isObject } from './patch-error.ts';

/** Applies a JSON merge patch (RFC 7386). Neither argument is changed; unchanged parts of the document are shared. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return deepClone(patch);
  const result: Record<string, unknown> = isObject(document) ? { ...document } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else setMember(result, key, applyMergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value));
  }
  return result;
}

/** The smallest merge patch that makes `modified` of `original`; both have no null members. */
export function createMergePatch(original: unknown, modified: unknown): unknown {
  if (!isObject(original) || !isObject(modified)) return deepClone(modified);
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(original)) if (!Object.hasOwn(modified, key)) setMember(patch, key, null);
  for (const [key, value] of Object.entries(modified)) {
    const old = Object.hasOwn(original, key) ? original[key] : undefined;
    if (!deepEqual(old, value)) setMember(patch, key, createMergePatch(old, value));
  }
  return patch;
}

/**
 * The merge patch that `kubectl apply` sends for kinds whose schema it does not know: additions and changes from
 * `current` to `modified`, and deletions from `original` (last applied) to `modified`.
 */
export function createThreeWayMergePatch(original: object, modified: object, current: object): Record<string, unknown> {
  const changes = filterNulls(createMergePatch(current, modified) as Record<string, unknown>, false);
  const deletions = filterNulls(createMergePatch(original, modified) as Record<string, unknown>, true);
  return mergePatches(deletions, changes);
}

/** Keeps only the nulls of a patch, or all but the nulls. */
function filterNulls(patch: Readonly<Record<string, unknown>>, keepNulls: boolean): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(patch)) {
    if (isObject(value) && Object.keys(value).length > 0) {
      const inner = filterNulls(value, keepNulls);
      if (Object.keys(inner).length > 0) setMember(result, key, inner);
    } else if ((value === null) === keepNulls) setMember(result, key, value);
  }
  return result;
}

/** Two patches in one; nulls of the first stay. */
function mergePatches(first: Record<string, unknown>, second: Record<string, unknown>): Record<string, unknown> {
  const result = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const old = Object.hasOwn(result, key) ? result[key] : undefined;
    setMember(result, key, isObject(old) && isObject(value) ? mergePatches(old, value) : value);
  }
  return result;
}
