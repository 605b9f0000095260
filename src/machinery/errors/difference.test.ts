import { expect, test } from 'vitest';
import { difference } from './difference.ts';

const variables = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ Name: `n${index}`, Value: '', ValueFrom: null }));

// As difflib of Python writes them.
test.each<[string, unknown, unknown, string]>([
  ['nothing', { a: 1 }, { a: 1 }, ''],
  ['a value', { a: 1 }, { a: 2 }, '@@ -1,3 +1,3 @@\n {\n- "a": 1\n+ "a": 2\n }\n'],
  ['a whole', [], [1], '@@ -1 +1,3 @@\n-[]\n+[\n+ 1\n+]\n'],
  ['what Go writes otherwise', ['<a>'], ['&'], '@@ -1,3 +1,3 @@\n [\n- "\\u003ca\\u003e"\n+ "\\u0026"\n ]\n'],
  [
    'two that are near',
    { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10 },
    { a: 1, b: 0, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 0, j: 10 },
    '@@ -1,12 +1,12 @@\n {\n  "a": 1,\n- "b": 2,\n+ "b": 0,\n  "c": 3,\n  "d": 4,\n  "e": 5,\n  "f": 6,\n  "g": 7,\n  "h": 8,\n- "i": 9,\n+ "i": 0,\n  "j": 10\n }\n',
  ],
])('%s that changed is told', (_, before, after, text) => {
  expect(difference(before, after)).toBe(text);
});

test('lines that are everywhere say nothing of where something belongs', () => {
  const after = variables(60);
  after.splice(40, 1);
  after.splice(10, 0, { Name: 'new', Value: '', ValueFrom: null });
  Object.assign(after[11] as object, { Value: 'x' });
  expect(
    difference(variables(60), after)
      .split('\n')
      .filter((line) => /^[-+@]/.test(line)),
  ).toEqual([
    '@@ -50,8 +50,13 @@',
    '+  "Name": "new",',
    '+  "Value": "",',
    '+  "ValueFrom": null',
    '+ },',
    '+ {',
    '-  "Value": "",',
    '+  "Value": "x",',
    '@@ -196,11 +201,6 @@',
    '-  "Value": "",',
    '-  "ValueFrom": null',
    '- },',
    '- {',
    '-  "Name": "n40",',
  ]);
});

test('what is very long is told by where it begins and ends to differ', () => {
  const after = variables(2000);
  Object.assign(after[0] as object, { Value: 'x' });
  Object.assign(after[1] as object, { Value: 'x' });
  expect(difference(variables(2000), after).split('\n').slice(0, 12)).toEqual([
    '@@ -1,12 +1,12 @@',
    ' [',
    '  {',
    '   "Name": "n0",',
    '-  "Value": "",',
    '-  "ValueFrom": null',
    '- },',
    '- {',
    '-  "Name": "n1",',
    '-  "Value": "",',
    '+  "Value": "x",',
    '+  "ValueFrom": null',
  ]);
});
