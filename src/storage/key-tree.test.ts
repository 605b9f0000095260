import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareKeys, type KeyRange, KeyTree } from './key-tree.ts';

function keysOf(tree: KeyTree<number>, range: KeyRange = { prefix: '' }): string[] {
  const keys: string[] = [];
  tree.scan(range, (key) => keys.push(key) > 0);
  return keys;
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const text = fc.string({ unit: fc.constantFrom('/', 'a', 'b', 'é', '\ud7ff', '\ue000', '\uffff', '😀') });

test('keys compare as their UTF-8 bytes do', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(byBytes(a, b));
    }),
  );
});

test('a scan visits the keys of a prefix after a key, in the order of bytes', () => {
  fc.assert(
    fc.property(fc.array(text), text, fc.option(text, { nil: undefined }), (keys, prefix, after) => {
      const tree = new KeyTree<number>();
      for (const key of keys) tree.set(key, 1);
      const expected = [...new Set(keys)]
        .filter((key) => key.startsWith(prefix) && (after === undefined || byBytes(key, after) > 0))
        .sort(byBytes);
      expect(keysOf(tree, { prefix, after })).toEqual(expected);
      expect(tree.count({ prefix, after })).toBe(expected.length);
    }),
  );
});

test('a scan stops when the visitor says so', () => {
  const tree = new KeyTree<number>();
  for (let i = 0; i < 1000; i++) tree.set(`/${String(i).padStart(4, '0')}`, i);
  const seen: number[] = [];
  tree.scan({ prefix: '/' }, (_key, value) => seen.push(value) < 3);
  expect(seen).toEqual([0, 1, 2]);
});

test('a clone and its origin change independently', () => {
  const tree = new KeyTree<number>();
  for (const key of ['a', 'b', 'c']) tree.set(key, 1);
  const clone = tree.clone();
  tree.delete('a');
  tree.set('😀', 1);
  clone.set('d', 1);
  expect([keysOf(tree), keysOf(clone)]).toEqual([
    ['b', 'c', '😀'],
    ['a', 'b', 'c', 'd'],
  ]);
});
