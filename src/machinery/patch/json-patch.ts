import { stringifyJson } from '#machinery/codec/encode-json.ts';
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
  return value.map((operation) => {
    // Go reads null as an operation of which nothing is known.
    if (operation === null) return {};
    if (isObject(operation)) return operation;
    throw new PatchError('json: cannot unmarshal into Go value of type jsonpatch.Operation');
  }) as unknown as JsonPatchOperation[];
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
  const { op } = operation;
  switch (op) {
    case 'add':
      return add(root, { path: pathOf(operation, { briefly: true }), value: newValue(operation) });
    case 'remove':
      return remove(root, pathOf(operation, { briefly: true }));
    case 'replace':
      return replace(root, pathOf(operation), newValue(operation));
    case 'test':
      return test(root, pathOf(operation), operation.value ?? null);
    case 'copy':
      return copy(root, fromOf(operation), operation);
    case 'move':
      return move(root, fromOf(operation), operation);
    default:
      throw fail(`Unexpected kind: ${typeof op === 'string' ? op : 'unknown'}`);
  }
}

const fail = (message: string): PatchError => new PatchError(message, 422);

const MISSING = 'missing value';

const newValue = ({ value = null }: JsonPatchOperation): unknown => deepClone(value);

/** Upstream says what is missing for some operations, and for others only that something is. */
function pathOf({ op, path }: JsonPatchOperation, { briefly = false } = {}): string {
  if (typeof path === 'string') return path;
  throw fail(`${op} operation failed to decode path: ${briefly ? '' : 'operation missing path field: '}${MISSING}`);
}

function fromOf({ op, from }: JsonPatchOperation): string {
  if (typeof from === 'string') return from;
  throw fail(`${op} operation failed to decode from: operation, missing from field: ${MISSING}`);
}

type Container = Record<string, unknown> | unknown[];

interface Place {
  readonly container: Container;
  readonly key: string;
}

/** The container that a path ends in; undefined when there is none. What stands before the first slash does not count. */
function find(root: Root, path: string): Place | undefined {
  const [, ...segments] = path.split('/').map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = segments.pop();
  if (key === undefined) return undefined;
  let container = root.document;
  for (const segment of segments) container = isContainer(container) ? member(container, segment) : undefined;
  return isContainer(container) ? { container, key } : undefined;
}

const isContainer = (value: unknown): value is Container => Array.isArray(value) || isObject(value);

/** A member or item; undefined where there is none. */
function member(container: Container, key: string): unknown {
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key] : undefined;
  const index = indexOf(key, container.length);
  return typeof index === 'number' ? container[index] : undefined;
}

/** The place of an item in a list of this length, from its end where it is negative; a text says why there is none. */
function indexOf(key: string, length: number): number | string {
  if (!/^[+-]?\d+$/.test(key)) return `strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`;
  const index = Number(key);
  const isThere = index < length && index >= -length;
  if (!isThere) return `Unable to access invalid index: ${index}: invalid index referenced`;
  return index < 0 ? index + length : index;
}

/** A member, null where there is none, or an item, which has to be there; `context` begins the text about one that is not. */
function get({ container, key }: Place, context: string): unknown {
  if (!Array.isArray(container)) return member(container, key) ?? null;
  const index = indexOf(key, container.length);
  if (typeof index === 'string') throw fail(`${context}: ${index}`);
  return container[index];
}

function put({ container, key }: Place, value: unknown, context: string): void {
  if (!Array.isArray(container)) return setOwn(container, key, value);
  const index = key === '-' ? container.length : indexOf(key, container.length + 1);
  if (typeof index === 'number') {
    container.splice(index, 0, value);
    return;
  }
  const isNumber = !index.startsWith('strconv');
  throw fail(`${context}: ${isNumber ? '' : `value was not a proper array index: '${key}': `}${index}`);
}

function take({ container, key }: Place, context: string): void {
  if (Array.isArray(container)) {
    const index = indexOf(key, container.length);
    if (typeof index === 'string') throw fail(`${context}: ${index}`);
    container.splice(index, 1);
  } else if (Object.hasOwn(container, key)) delete container[key];
  else throw fail(`${context}: Unable to remove nonexistent key: ${key}: ${MISSING}`);
}

function add(root: Root, { path, value }: { readonly path: string; readonly value: unknown }): void {
  const place = find(root, path);
  if (place === undefined) throw fail(`add operation does not apply: doc is missing path: "${path}": ${MISSING}`);
  put(place, value, `error in add for path: '${path}'`);
}

function remove(root: Root, path: string): void {
  const place = find(root, path);
  if (place === undefined) throw fail(`remove operation does not apply: doc is missing path: "${path}": ${MISSING}`);
  take(place, `error in remove for path: '${path}'`);
}

function replace(root: Root, path: string, value: unknown): void {
  if (path === '') {
    if (!isContainer(value)) throw fail('replace operation value must be object or array: %!w(<nil>)');
    root.document = value;
    return;
  }
  const place = find(root, path);
  if (place === undefined) throw fail(`replace operation does not apply: doc is missing path: ${path}: ${MISSING}`);
  const { container, key } = place;
  // As upstream has it, a member that is not there is added.
  if (!Array.isArray(container)) return setOwn(container, key, value);
  const index = indexOf(key, container.length);
  if (typeof index === 'string')
    throw fail(`replace operation does not apply: doc is missing key: ${path}: ${MISSING}`);
  container[index] = value;
}

function move(root: Root, from: string, operation: JsonPatchOperation): void {
  const source = sourceOf(root, from, 'move');
  const value = get(source, `error in move for path: '${source.key}'`);
  take(source, `error in move for path: '${source.key}'`);
  const path = pathOf(operation);
  put(targetOf(root, path, 'move'), value, `error in move for path: '${path}'`);
}

function copy(root: Root, from: string, operation: JsonPatchOperation): void {
  const value = get(sourceOf(root, from, 'copy'), `error in copy for from: '${from}'`);
  const target = targetOf(root, pathOf(operation, { briefly: true }), 'copy');
  root.copied += stringifyJson(value).length;
  if (root.copied > MAX_COPIED) {
    throw fail(
      `Unable to complete the copy, the accumulated size increase of copy is ${root.copied}, exceeding the limit ${MAX_COPIED}`,
    );
  }
  put(target, deepClone(value), 'error while adding value during copy');
}

function sourceOf(root: Root, from: string, op: string): Place {
  const place = find(root, from);
  if (place) return place;
  throw fail(`${op} operation does not apply: doc is missing from path: ${from}: ${MISSING}`);
}

function targetOf(root: Root, path: string, op: string): Place {
  const place = find(root, path);
  if (place) return place;
  throw fail(`${op} operation does not apply: doc is missing destination path: ${path}: ${MISSING}`);
}

function test(root: Root, path: string, expected: unknown): void {
  const place = find(root, path);
  if (path !== '' && place === undefined) {
    throw fail(`test operation does not apply: is missing path: ${path}: ${MISSING}`);
  }
  const actual = place === undefined ? root.document : get(place, `error in test for path: '${path}'`);
  if (!deepEqual(actual, expected)) throw fail(`testing value ${path} failed: test failed`);
}

const setOwn = (target: Record<string, unknown>, key: string, value: unknown): void => {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
};
