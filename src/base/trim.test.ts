import { expect, test } from 'vitest';
import { trim, trimEnd } from './trim.ts';

test.each([
  ['', '', ''],
  ['///', '', ''],
  ['//a/b//', '//a/b', 'a/b'],
  ['a', 'a', 'a'],
  [`${'/'.repeat(1_000_000)}a`, `${'/'.repeat(1_000_000)}a`, 'a'],
])('%.10s', (text, withoutEnd, without) => {
  expect(trimEnd(text, '/')).toBe(withoutEnd);
  expect(trim(text, '/')).toBe(without);
});
