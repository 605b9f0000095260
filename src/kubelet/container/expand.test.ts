import { expect, test } from 'vitest';
import { expandReferences } from './expand.ts';

const values: Readonly<Record<string, string>> = { A: 'a', B: '$(A)' };

test.each([
  ['plain', 'plain'],
  ['$(A)', 'a'],
  ['x$(A)y$(A)z', 'xayaz'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$a'],
  ['$(B)', '$(A)'],
  ['$(MISSING)', '$(MISSING)'],
  ['$(A', '$(A'],
  ['$A', '$A'],
  ['$', '$'],
  ['$$', '$'],
  ['$()', '$()'],
])('%s becomes %s', (text, expected) => {
  expect(expandReferences(text, (name) => values[name])).toBe(expected);
});
