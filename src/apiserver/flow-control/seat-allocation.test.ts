import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allocateSeats, seatBounds } from './seat-allocation.ts';

const none = { lendablePercent: 0, borrowingLimitPercent: undefined };

test('seats are divided by shares, rounded up', () => {
  const shares = [5, 0, 20, 10, 40, 30, 40, 100].map((each) => ({ shares: each, ...none }));
  expect(seatBounds(shares, 600).map(({ nominal }) => nominal)).toEqual([13, 0, 49, 25, 98, 74, 98, 245]);
});

test('what a level lends and borrows is part of its nominal seats', () => {
  const [first] = seatBounds(
    [
      { shares: 1, lendablePercent: 25, borrowingLimitPercent: 50 },
      { shares: 1, ...none },
    ],
    80,
  );
  expect(first).toEqual({ nominal: 40, lower: 30, upper: 60 });
});

test('a busy level gets what an idle one lends', () => {
  const busy = { nominal: 50, lower: 50, upper: 1000, highest: 90, smoothed: 90 };
  const idle = { nominal: 50, lower: 10, upper: 1000, highest: 0, smoothed: 0 };
  expect(allocateSeats([busy, idle])).toEqual([90, 10]);
});

test('no level gets less than it keeps or more than it may, and all together no more than there is', () => {
  const level = fc
    .tuple(fc.integer({ min: 1, max: 100 }), fc.nat(100), fc.nat(200), fc.nat(300), fc.nat(300))
    .map(([nominal, lends, borrows, highest, more]) => ({
      nominal,
      lower: Math.max(1, Math.round((nominal * (100 - lends)) / 100)),
      upper: nominal + borrows,
      highest,
      smoothed: highest + more,
    }));
  fc.assert(
    fc.property(fc.array(level, { minLength: 1, maxLength: 8 }), (levels) => {
      const limits = allocateSeats(levels);
      const total = levels.reduce((sum, { nominal }) => sum + nominal, 0);
      expect(limits.every((limit, index) => limit >= (levels[index]?.lower ?? 0))).toBe(true);
      expect(limits.every((limit, index) => limit <= (levels[index]?.upper ?? 0))).toBe(true);
      expect(limits.reduce((sum, limit) => sum + limit, 0)).toBeLessThanOrEqual(total + 1e-6);
    }),
  );
});
