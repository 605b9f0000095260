import { expect, test } from 'vitest';
import { hashedName, safeHash } from './safe-hash.ts';

test('the order of keys does not matter, a salt does', () => {
  const hash = safeHash({ a: 1, b: { c: [1, 2], d: undefined } });
  expect(safeHash({ b: { c: [1, 2] }, a: 1 })).toBe(hash);
  expect(safeHash({ b: { c: [2, 1] }, a: 1 })).not.toBe(hash);
  expect(safeHash({ a: 1, b: { c: [1, 2] } }, 1)).not.toBe(hash);
});

test.each([
  ['web', undefined, 'web-abc'],
  ['w'.repeat(253), undefined, `${'w'.repeat(249)}-abc`],
  ['w'.repeat(249), undefined, `${'w'.repeat(249)}-abc`],
  ['w'.repeat(250), 223, `${'w'.repeat(223)}-abc`],
])('a name with its hash is no longer than names may be', (name, longest, want) => {
  expect(hashedName(name, 'abc', longest)).toBe(want);
});
