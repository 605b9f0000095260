import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '#base/random.ts';
import { Ranking } from './ranking.ts';

const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ slot: fc.nat(300), score: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ slot: fc.nat(300), score: fc.constant(undefined) }) },
);

test('a ranking finds one of the best, whatever came and went', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 100 }), (actions) => {
      const ranking = new Ranking();
      const model = new Map<number, number>();
      const random = seededRandom(1);
      for (const { slot, score } of actions) {
        if (score === undefined) {
          ranking.delete(slot);
          model.delete(slot);
        } else {
          ranking.set(slot, score);
          model.set(slot, score);
        }
        const best = ranking.best(random);
        expect(ranking.size).toBe(model.size);
        expect(best === undefined ? -1 : model.get(best)).toBe(Math.max(-1, ...model.values()));
      }
      ranking.clear();
      expect([ranking.size, ranking.best(random)]).toEqual([0, undefined]);
    }),
  );
});

test('of equally good nodes each is found as often', () => {
  const ranking = new Ranking();
  for (const slot of [3, 64, 130, 131]) ranking.set(slot, 7);
  ranking.set(5, 6);
  const random = seededRandom(1);
  const found = new Map<number, number>();
  for (let count = 0; count < 4000; count++) {
    const slot = ranking.best(random) ?? -1;
    found.set(slot, (found.get(slot) ?? 0) + 1);
  }
  expect([...found.keys()].sort((a, b) => a - b)).toEqual([3, 64, 130, 131]);
  expect([...found.values()].every((count) => count > 800)).toBe(true);
});
