import { table } from '#base/table.ts';
import { isList, LibraryValue, Optional, sizeOf, type Value } from '../values.ts';

/** What passing over one character of a text costs. */
export const TRAVERSAL = 0.1;
/** What one character of a regular expression costs. */
export const REGEX_LENGTH = 0.25;

const size = (value: Value | undefined): number => {
  if (value === undefined) return 1;
  if (value instanceof Optional) return value.value === undefined ? 1 : size(value.value);
  return sizeOf(value) ?? 1;
};
const traversal = (value: Value | undefined, factor = 1): number => Math.ceil(size(value) * factor * TRAVERSAL);

type Cost = (args: readonly Value[], result: Value) => number;

const first: Cost = ([text]) => traversal(text);
const firstTwice: Cost = ([text]) => traversal(text, 2);
const items: Cost = ([list]) => (list === undefined ? 0 : traversalOfItems(list));
const regex: Cost = ([text, pattern]) =>
  Math.ceil((1 + size(text)) * TRAVERSAL) * Math.ceil(size(pattern) * REGEX_LENGTH);
const shorter: Cost = ([a, b]) => (a instanceof LibraryValue ? 1 : Math.ceil(Math.min(size(a), size(b)) * TRAVERSAL));
const compared: Cost = (args, result) =>
  typeof args[0] === 'string' || args[0] instanceof Uint8Array ? shorter(args, result) : 1;

function traversalOfItems(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return traversal(value);
  if (!isList(value)) return 1;
  return value.reduce<number>((sum, item) => sum + traversalOfItems(item), 0);
}

/** Functions that do not simply cost 1. */
const COSTS = table<Cost>({
  check: () => 350_000,
  isSorted: items,
  sum: items,
  max: items,
  min: items,
  indexOf: items,
  lastIndexOf: items,
  url: first,
  lowerAscii: first,
  upperAscii: first,
  substring: first,
  trim: first,
  'jsonpatch.escapeKey': first,
  replace: firstTwice,
  split: firstTwice,
  join: (_, result) => traversal(result, 2),
  find: regex,
  findAll: regex,
  matches: regex,
  contains: ([text, part]) => traversal(text) * traversal(part),
  startsWith: first,
  endsWith: first,
  format: first,
  'strings.quote': first,
  cidr: first,
  isIP: first,
  isCIDR: first,
  ip: ([value]) => (typeof value === 'string' ? traversal(value) : 1),
  'ip.isCanonical': firstTwice,
  quantity: first,
  isQuantity: first,
  semver: first,
  isSemver: first,
  bytes: ([value]) => (typeof value === 'string' ? traversal(value) : 1),
  string: ([value]) => (value instanceof Uint8Array ? traversal(value) : 1),
  '@in': ([, range]) => (range !== undefined && isList(range) ? range.length : 1),
  '_+_': ([a, b]) =>
    typeof a === 'string' || a instanceof Uint8Array ? Math.ceil((size(a) + size(b)) * TRAVERSAL) : 1,
  '_==_': shorter,
  '_!=_': shorter,
  '_<_': compared,
  '_<=_': compared,
  '_>_': compared,
  '_>=_': compared,
});

/** What a call cost, in the units of which a plain operation costs one. */
export const callCost = (name: string, args: readonly Value[], result: Value): number => {
  const cost = Object.hasOwn(COSTS, name) ? COSTS[name] : undefined;
  return cost?.(args, result) ?? 1;
};
