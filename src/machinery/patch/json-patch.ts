import { deepClone } from '#machinery/objects/deep-clone.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { isObject, PatchError } from './patch-error.ts';

/** One step of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** Upstream's limit on the length of a patch. */
const MAX_OPERATIONS = 10_000;
/** Upstream's limit on what all copies of one patch make together, in characters of JSON. */
const MAX_COPIED = 3 * 1024 * 1024;

/** Reads a patch that is parsed already; throws `PatchError` (400, and 413 for one with too many operations). */
export function readJsonPatch(value: unknown): readonly JsonPatchOperation[] {
  if (!Array.isArray(value))
    throw new PatchError('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  if (value.length > MAX_OPERATIONS) {
    const limit = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${value.length}`;
    throw new PatchError(`Request entity too large: ${limit}`, 413);
  }
  for (const operation of value)
    if (!isObject(operation)) throw new PatchError('json: cannot unmarshal into Go value of type jsonpatch.Operation');
  return value as JsonPatchOperation[];
}

/** Applies a JSON patch. The document is not changed, the result shares nothing with it. Throws `PatchError` (422). */
export function applyJsonPatch(document: unknown, operations: readonly JsonPatchOperation[]): unknown {
  const root = { document: deepClone(document) as unknown, copied: 0 };
  for (const operation of operations) applyOperation(root, operation);
  return root.document;
}

interface Root {
  document: unknown;
  copied: number;
}

function applyOperation(root: Root, operation: JsonPatchOperation): void {
  const { op, path } = operation;
  if (typeof path !== 'string') throw fail(`Unexpected kind: ${String(op)}`);
  const from = operation.from ?? '';
  if (op === 'add') add(root, path, deepClone(operation.value ?? null), op);
  else if (op === 'remove') remove(root, path, op);
  else if (op === 'replace') replace(root, path, deepClone(operation.value ?? null));
  else if (op === 'test') test(root, path, operation.value ?? null);
  else if (op === 'copy') copy(root, from, path);
  else if (op === 'move') {
    const value = get(root, from, op);
    remove(root, from, op);
    add(root, path, value, op);
  } else throw fail(`Unexpected kind: ${op}`);
}

const fail = (message: string): PatchError => new PatchError(message, 422);

const MISSING = 'missing value';
const INVALID_INDEX = 'invalid index referenced';

/** The segments of a JSON pointer; undefined when the text is none. */
function segmentsOf(path: string): string[] | undefined {
  if (path === '') return [];
  if (!path.startsWith('/')) return undefined;
  return path
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

interface Place {
  readonly container: Record<string, unknown> | unknown[];
  readonly key: string;
}

/** The container that a path ends in; undefined when there is none. */
function find(root: Root, path: string): Place | undefined {
  const segments = segmentsOf(path);
  const key = segments?.pop();
  if (segments === undefined || key === undefined) return undefined;
  let container = root.document;
  for (const segment of segments) container = member(container, segment);
  return Array.isArray(container) || isObject(container) ? { container, key } : undefined;
}

function member(container: unknown, key: string): unknown {
  if (Array.isArray(container)) return /^(0|[1-9][0-9]*)$/.test(key) ? container[Number(key)] : undefined;
  return isObject(container) && Object.hasOwn(container, key) ? container[key] : undefined;
}

function get(root: Root, path: string, op: string): unknown {
  if (path === '') return root.document;
  const place = find(root, path);
  if (place === undefined) throw fail(`${op} operation does not apply: doc is missing from path: ${path}: ${MISSING}`);
  const value = member(place.container, place.key);
  if (value === undefined)
    throw fail(`error in ${op} for path: '${path}': Unable to get nonexistent key: ${place.key}: ${MISSING}`);
  return value;
}

function copy(root: Root, from: string, path: string): void {
  const value = get(root, from, 'copy');
  root.copied += JSON.stringify(value).length;
  if (root.copied > MAX_COPIED) {
    throw fail(
      `Unable to complete the copy, the accumulated size increase of copy is ${root.copied}, exceeding the limit ${MAX_COPIED}`,
    );
  }
  add(root, path, deepClone(value), 'copy');
}

function add(root: Root, path: string, value: unknown, op: string): void {
  if (path === '') {
    root.document = value;
    return;
  }
  const place = find(root, path);
  if (place === undefined) throw fail(`${op} operation does not apply: doc is missing path: "${path}": ${MISSING}`);
  const { container, key } = place;
  if (!Array.isArray(container)) {
    setOwn(container, key, value);
    return;
  }
  const index = key === '-' ? container.length : arrayIndex(key, path, op);
  if (index > container.length)
    throw fail(`error in ${op} for path: '${path}': Unable to access invalid index: ${key}: ${INVALID_INDEX}`);
  container.splice(index, 0, value);
}

function arrayIndex(key: string, path: string, op: string): number {
  if (/^(0|[1-9][0-9]*)$/.test(key)) return Number(key);
  throw fail(`error in ${op} for path: '${path}': strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
}

function remove(root: Root, path: string, op: string): void {
  const place = find(root, path);
  if (place === undefined) throw fail(`${op} operation does not apply: doc is missing path: "${path}": ${MISSING}`);
  const { container, key } = place;
  if (Array.isArray(container)) {
    if (arrayIndex(key, path, op) >= container.length)
      throw fail(`error in ${op} for path: '${path}': Unable to access invalid index: ${key}: ${INVALID_INDEX}`);
    container.splice(Number(key), 1);
  } else if (Object.hasOwn(container, key)) delete container[key];
  else throw fail(`error in ${op} for path: '${path}': Unable to remove nonexistent key: ${key}: ${MISSING}`);
}

function replace(root: Root, path: string, value: unknown): void {
  if (path === '') {
    root.document = value;
    return;
  }
  const place = find(root, path);
  if (place === undefined) throw fail(`replace operation does not apply: doc is missing path: ${path}: ${MISSING}`);
  const { container, key } = place;
  if (member(container, key) === undefined)
    throw fail(`replace operation does not apply: doc is missing key: ${path}: ${MISSING}`);
  if (Array.isArray(container)) container[Number(key)] = value;
  else setOwn(container, key, value);
}

function test(root: Root, path: string, expected: unknown): void {
  const place = find(root, path);
  if (path !== '' && place === undefined)
    throw fail(`test operation does not apply: is missing path: ${path}: ${MISSING}`);
  const actual = place === undefined ? root.document : member(place.container, place.key);
  // An absent member passes for null.
  if (!deepEqual(actual ?? null, expected)) throw fail(`testing value ${path} failed: test failed`);
}

const setOwn = (target: Record<string, unknown>, key: string, value: unknown): void => {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
};
