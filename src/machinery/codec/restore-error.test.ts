import { expect, test } from 'vitest';
import {
  bool,
  bytes,
  double,
  int32,
  list,
  map,
  message,
  opt,
  ptr,
  quantity,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { restoreError } from './restore-error.ts';

const Part = message('io.example.Part', { name: opt(1, string), count: ptr(2, int32) });
const Toy = message('io.example.Toy', {
  labels: opt(1, map(string)),
  parts: opt(2, list(Part)),
  part: ptr(3, Part),
  on: opt(4, bool),
  weight: opt(5, double),
  data: opt(6, bytes),
  at: opt(7, time),
  size: opt(8, quantity),
});

test.each<[object, string | undefined]>([
  [{}, undefined],
  [
    { labels: null, parts: [{ name: 'a', count: 1 }], part: { count: 1 }, on: true, weight: 1, data: 'YQ==' },
    undefined,
  ],
  [{ labels: 'invalid' }, 'cannot restore map from string'],
  [{ labels: ['a'] }, 'cannot restore map from slice'],
  [{ labels: { a: 1 } }, 'cannot convert int64 to string'],
  [{ labels: { a: 1.5 } }, 'unrecognized type: string'],
  [{ labels: { a: true } }, 'unrecognized type: string'],
  [{ labels: { a: {} } }, 'unrecognized type: string'],
  [{ parts: {} }, 'cannot restore slice from map'],
  [{ parts: 1 }, 'cannot restore slice from int64'],
  [{ parts: ['a'] }, 'cannot restore struct from: string'],
  [{ part: false }, 'cannot restore struct from: bool'],
  [{ part: { count: '1' } }, 'unrecognized type: int32'],
  [{ part: { count: 1.5 } }, 'cannot convert float64 to int32'],
  [{ on: 'yes' }, 'unrecognized type: bool'],
  [{ on: 1 }, 'unrecognized type: bool'],
  [{ weight: 'much' }, 'unrecognized type: float64'],
  [{ data: 1 }, 'cannot restore slice from int64'],
  // Types that read their own text, and the first member in the order of the schema.
  [{ at: 1 }, 'json: cannot unmarshal number into Go value of type string'],
  [{ on: 'yes', parts: 1 }, 'cannot restore slice from int64'],
])('%j', (value, expected) => {
  expect(restoreError(Toy, value)).toBe(expected);
});
