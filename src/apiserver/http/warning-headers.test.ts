import { describe, expect, test } from 'vitest';
import { warningHeaders } from './warning-headers.ts';

const LONG = 'é'.repeat(300);
const many = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => `${index} `.padEnd(length, 'x'));
const told = (warnings: readonly string[]) => {
  const { warning = [] } = warningHeaders(warnings);
  return [warning].flat().map((header) => Buffer.from(header, 'latin1').toString().slice('299 - "'.length, -1));
};

describe('warnings', () => {
  test.each([
    ['are told once each', ['a', 'b', 'a'], ['a', 'b']],
    ['are quoted', ['say "a\\b"'], ['say \\"a\\\\b\\"']],
    ['are UTF-8', [LONG], [LONG]],
    ['that a header cannot say are left out', ['a\nb', '', 'c'], ['c']],
    ['may be 4096 characters together', many(8, 512), many(8, 512)],
    ['past that are cut to 256 each, and end', many(20, 512), many(16, 512).map((text) => text.slice(0, 256))],
    ['past that in short texts end', many(3000, 8), many(512, 8)],
  ])('%s', (_what, warnings, expected) => {
    expect(told(warnings)).toEqual(expected);
  });

  test('are no header where there are none', () => {
    expect([warningHeaders([]), warningHeaders([''])]).toEqual([{}, {}]);
  });
});
