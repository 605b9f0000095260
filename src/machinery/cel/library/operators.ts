import type { Functions, Implementation, Overload } from '../environment.ts';
import { member, plain } from '../environment.ts';
import { compareBytes, compareNumbers, compareText, equal, type NumberValue } from '../equality.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  listOf,
  mapOf,
  parameter,
  STRING,
  TIMESTAMP,
  UINT,
} from '../types.ts';
import {
  CelError,
  type CelMap,
  EntryMap,
  keyOf,
  type Moment,
  type Span,
  sizeOf,
  type Uint,
  type Value,
} from '../values.ts';
import { addMoment, checkedInt, checkedSpan, checkedUint } from './ranges.ts';

const A = parameter('A');
const B = parameter('B');

const same = (type: CelType, run: Implementation): Overload => plain([type, type], type, run);

const divide = (a: bigint, b: bigint): bigint => {
  if (b === 0n) throw new CelError('division by zero');
  return a / b;
};
const modulo = (a: bigint, b: bigint): bigint => {
  if (b === 0n) throw new CelError('modulus by zero');
  return a % b;
};

/** An operation on integers of both kinds. */
const integers = (run: (a: bigint, b: bigint) => bigint, what: string): Overload[] => [
  same(INT, (a: bigint, b: bigint) => checkedInt(run(a, b), what)),
  same(UINT, (a: Uint, b: Uint) => checkedUint(run(a.value, b.value), what)),
];

/** The four orders of two values of like types, and of all pairs of numbers. */
function orders(holds: (order: number) => boolean): Overload[] {
  const by =
    <T>(compare: (a: T, b: T) => number | undefined): Implementation =>
    (a: T, b: T) => {
      const order = compare(a, b);
      return order !== undefined && holds(order);
    };
  const nanos = by<Moment | Span>((a, b) => (a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0));
  const numbers = [INT, UINT, DOUBLE];
  return [
    plain(
      [BOOL, BOOL],
      BOOL,
      by<boolean>((a, b) => Number(a) - Number(b)),
    ),
    ...numbers.flatMap((a) => numbers.map((b) => plain([a, b], BOOL, by<NumberValue>(compareNumbers)))),
    plain([STRING, STRING], BOOL, by(compareText)),
    plain([BYTES, BYTES], BOOL, by(compareBytes)),
    plain([TIMESTAMP, TIMESTAMP], BOOL, nanos),
    plain([DURATION, DURATION], BOOL, nanos),
  ];
}

const size = (value: Value): bigint => BigInt(sizeOf(value)!);
const SIZED = [STRING, BYTES, listOf(A), mapOf(A, B)];

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** `cel.@mapInsert`, which macros that build maps use. */
function insert(map: CelMap, entries: readonly (readonly [Value, Value])[]): Value {
  const known = map.keys().map((key) => [key, map.find(key)!] as const);
  const seen = new Set(known.map(([key]) => keyOf(key)));
  for (const [key] of entries)
    if (seen.has(keyOf(key))) throw new CelError(`insert failed: key ${String(key)} already exists`);
  return new EntryMap([...known, ...entries]);
}

const entriesOf = (map: CelMap): (readonly [Value, Value])[] => map.keys().map((key) => [key, map.find(key)!] as const);

/** What operators do, under the names they have as functions. */
export const OPERATORS: Functions = {
  '_&&_': [plain([BOOL, BOOL], BOOL, (a: boolean, b: boolean) => a && b)],
  '_||_': [plain([BOOL, BOOL], BOOL, (a: boolean, b: boolean) => a || b)],
  '!_': [plain([BOOL], BOOL, (a: boolean) => !a)],
  '_?_:_': [plain([BOOL, A, A], A, (condition: boolean, a: Value, b: Value) => (condition ? a : b))],
  '@not_strictly_false': [plain([BOOL], BOOL, (a: boolean) => a)],
  '_==_': [plain([A, A], BOOL, equal)],
  '_!=_': [plain([A, A], BOOL, (a: Value, b: Value) => !equal(a, b))],
  '_<_': orders((order) => order < 0),
  '_<=_': orders((order) => order <= 0),
  '_>_': orders((order) => order > 0),
  '_>=_': orders((order) => order >= 0),
  '@in': [
    plain([A, listOf(A)], BOOL, (item: Value, list: readonly Value[]) => list.some((each) => equal(each, item))),
    plain([A, mapOf(A, B)], BOOL, (key: Value, map: CelMap) => map.has(key)),
  ],
  '_[_]': [plain([listOf(A), INT], A, () => null), plain([mapOf(A, B), A], B, () => null)],
  '-_': [
    plain([INT], INT, (a: bigint) => checkedInt(-a, 'integer')),
    plain([DOUBLE], DOUBLE, (a: number) => -a),
    plain([DURATION], DURATION, (a: Span) => checkedSpan(-a.nanos)),
  ],
  '_+_': [
    ...integers((a, b) => a + b, 'integer'),
    same(DOUBLE, (a: number, b: number) => a + b),
    same(STRING, (a: string, b: string) => a + b),
    same(BYTES, join),
    same(listOf(A), (a: readonly Value[], b: readonly Value[]) => [...a, ...b]),
    same(DURATION, (a: Span, b: Span) => checkedSpan(a.nanos + b.nanos)),
    plain([TIMESTAMP, DURATION], TIMESTAMP, (a: Moment, b: Span) => addMoment(a, b.nanos)),
    plain([DURATION, TIMESTAMP], TIMESTAMP, (a: Span, b: Moment) => addMoment(b, a.nanos)),
  ],
  '_-_': [
    ...integers((a, b) => a - b, 'integer'),
    same(DOUBLE, (a: number, b: number) => a - b),
    same(DURATION, (a: Span, b: Span) => checkedSpan(a.nanos - b.nanos)),
    plain([TIMESTAMP, TIMESTAMP], DURATION, (a: Moment, b: Moment) => checkedSpan(a.nanos - b.nanos)),
    plain([TIMESTAMP, DURATION], TIMESTAMP, (a: Moment, b: Span) => addMoment(a, -b.nanos)),
  ],
  '_*_': [...integers((a, b) => a * b, 'integer'), same(DOUBLE, (a: number, b: number) => a * b)],
  '_/_': [...integers(divide, 'integer'), same(DOUBLE, (a: number, b: number) => a / b)],
  '_%_': integers(modulo, 'integer'),
  size: SIZED.flatMap((type) => [plain([type], INT, size), member([type], INT, size)]),
  'cel.@mapInsert': [
    plain([mapOf(A, B), mapOf(A, B)], mapOf(A, B), (map: CelMap, more: CelMap) => insert(map, entriesOf(more))),
    plain([mapOf(A, B), A, B], mapOf(A, B), (map: CelMap, key: Value, value: Value) => insert(map, [[key, value]])),
  ],
};
