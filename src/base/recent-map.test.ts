import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentMap } from './recent-map.ts';

test('what was used last is kept, what was not used for long is forgotten', () => {
  const map = new RecentMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('c', 3);
  expect(map.get('a')).toBe(1);
  map.set('d', 4);
  expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual([1, undefined, 3, 4]);
  map.set('d', 5);
  expect(map.get('d')).toBe(5);
});

test('as many as its limit are always there, and never more than twice as many', () => {
  const limit = 3;
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1 }), (keys) => {
      const map = new RecentMap<number, number>(limit);
      for (const key of keys) if (map.get(key) === undefined) map.set(key, key);
      const last = [...new Set(keys.toReversed())];
      for (const key of last.slice(0, limit).toReversed()) expect(map.get(key)).toBe(key);
    }),
  );
});
