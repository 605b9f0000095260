import { type Functions, member, type Overload, plain } from '../environment.ts';
import { compareBytes, compareNumbers, compareText, equal, isNumber } from '../equality.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  parameter,
  STRING,
  TIMESTAMP,
  UINT,
} from '../types.ts';
import { CelError, isList, Moment, Span, Uint, type Value } from '../values.ts';
import { checkedInt, checkedSpan, checkedUint } from './ranges.ts';

const A = parameter('A');
const COMPARABLE: readonly CelType[] = [INT, UINT, DOUBLE, BOOL, STRING, BYTES, TIMESTAMP, DURATION];

type List = readonly Value[];

/** The order of two values that have one. */
function compare(a: Value, b: Value): number {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) ?? 0;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  if ((a instanceof Moment && b instanceof Moment) || (a instanceof Span && b instanceof Span)) {
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  }
  throw new CelError('no such overload');
}

const isSorted = (list: List): boolean =>
  list.every((each, index) => index === 0 || compare(list[index - 1]!, each) <= 0);

const extreme =
  (name: string, better: (order: number) => boolean) =>
  (list: List): Value => {
    if (list.length === 0) throw new CelError(`${name} called on empty list`);
    return list.reduce((best, each) => (better(compare(each, best)) ? each : best));
  };

const sums: Overload[] = [
  member([listOf(INT)], INT, (list: readonly bigint[]) =>
    list.reduce((sum, each) => checkedInt(sum + each, 'integer'), 0n),
  ),
  member([listOf(UINT)], UINT, (list: readonly Uint[]) =>
    list.reduce((sum, each) => checkedUint(sum.value + each.value, 'integer'), new Uint(0n)),
  ),
  member([listOf(DOUBLE)], DOUBLE, (list: readonly number[]) => list.reduce((sum, each) => sum + each, 0)),
  member([listOf(DURATION)], DURATION, (list: readonly Span[]) =>
    list.reduce((sum, each) => checkedSpan(sum.nanos + each.nanos), new Span(0n)),
  ),
];

const indexOf = (list: List, item: Value): bigint => BigInt(list.findIndex((each) => equal(each, item)));
const lastIndexOf = (list: List, item: Value): bigint => BigInt(list.findLastIndex((each) => equal(each, item)));

function slice(list: List, start: bigint, end: bigint): Value {
  if (start < 0n || end < 0n) throw new CelError(`cannot slice(${start}, ${end}), negative indexes not supported`);
  if (start > end)
    throw new CelError(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
  if (end > BigInt(list.length)) throw new CelError(`cannot slice(${start}, ${end}), list is length ${list.length}`);
  return list.slice(Number(start), Number(end));
}

function flatten(list: List, depth = 1n): Value {
  if (depth < 0n) throw new CelError('level must be non-negative');
  return list.flatMap((each) => (isList(each) ? (depth > 1n ? (flatten(each, depth - 1n) as List) : each) : [each]));
}

const LONGEST_RANGE = 1_000_000n;
function range(size: bigint): Value {
  if (size > LONGEST_RANGE) throw new CelError(`range(${size}), list is too long`);
  return Array.from({ length: Math.max(0, Number(size)) }, (_, index) => BigInt(index));
}

const distinct = (list: List): Value =>
  list.filter((each, index) => list.findIndex((other) => equal(other, each)) === index);

const sort = (list: List): Value => [...list].sort(compare);

function sortByKeys(list: List, keys: List): Value {
  const order = keys.map((_, index) => index).sort((a, b) => compare(keys[a]!, keys[b]!));
  return order.map((index) => list[index]!);
}

/** Lists. */
export const LISTS: Functions = {
  isSorted: COMPARABLE.map((type) => member([listOf(type)], BOOL, isSorted)),
  sum: sums,
  max: COMPARABLE.map((type) =>
    member(
      [listOf(type)],
      type,
      extreme('max', (order) => order > 0),
    ),
  ),
  min: COMPARABLE.map((type) =>
    member(
      [listOf(type)],
      type,
      extreme('min', (order) => order < 0),
    ),
  ),
  indexOf: [member([listOf(A), A], INT, indexOf)],
  lastIndexOf: [member([listOf(A), A], INT, lastIndexOf)],
  slice: [member([listOf(A), INT, INT], listOf(A), slice)],
  flatten: [
    member([listOf(listOf(A))], listOf(A), (list: List) => flatten(list)),
    member([listOf(DYN), INT], listOf(DYN), flatten),
  ],
  sort: COMPARABLE.map((type) => member([listOf(type)], listOf(type), sort)),
  '@sortByAssociatedKeys': COMPARABLE.map((type) => member([listOf(A), listOf(type)], listOf(A), sortByKeys)),
  'lists.range': [plain([INT], listOf(INT), range)],
  distinct: [member([listOf(A)], listOf(A), distinct)],
  reverse: [member([listOf(A)], listOf(A), (list: List) => [...list].reverse())],
};

/** Sets, which are lists. */
const within = (list: List, item: Value): boolean => list.some((each) => equal(each, item));
const contains = (a: List, b: List): boolean => b.every((each) => within(a, each));
export const SETS: Functions = {
  'sets.contains': [plain([listOf(A), listOf(A)], BOOL, contains)],
  'sets.equivalent': [plain([listOf(A), listOf(A)], BOOL, (a: List, b: List) => contains(a, b) && contains(b, a))],
  'sets.intersects': [plain([listOf(A), listOf(A)], BOOL, (a: List, b: List) => b.some((each) => within(a, each)))],
};
