import { expect, test } from 'vitest';
import { parseJobIndexes, sharedIndex } from './job-indexes.ts';

test.each([
  ['1,3-5', '0,2,6-9', undefined],
  ['1,3-5', '0,2,4-9', 4],
  ['0-9', '3', 3],
  ['3', '0-9', 3],
  ['7', '1,2,7', 7],
  ['', '1', undefined],
  ['1', 'x', undefined],
])('%s and %s share %s', (one, other, expected) => {
  expect(sharedIndex(parseJobIndexes(one, 10), parseJobIndexes(other, 10))).toBe(expected);
});

test('long lists are compared in one pass', () => {
  const every = (offset: number) => Array.from({ length: 300_000 }, (_, index) => index * 2 + offset).join(',');
  expect(sharedIndex(parseJobIndexes(every(0), 1e9), parseJobIndexes(every(1), 1e9))).toBeUndefined();
});
