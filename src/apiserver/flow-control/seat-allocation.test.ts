import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FlowSchema } from '#api/flowcontrol/v1/flow-schema.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { FlowControl, type PriorityLevel } from './flow-control.ts';
import { allocateSeats, type SeatDemand, seatBounds } from './seat-allocation.ts';

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

const level = (more: Partial<SeatDemand>): SeatDemand => ({
  isExempt: false,
  nominal: 50,
  lower: 10,
  upper: 1000,
  highest: 0,
  smoothed: 0,
  current: 50,
  ...more,
});

test.each<[string, readonly SeatDemand[], readonly number[]]>([
  ['a busy level gets what an idle one lends', [level({ lower: 50, highest: 90, smoothed: 90 }), level({})], [90, 10]],
  ['levels without demand share by what they keep', [level({}), level({ lower: 30 })], [25, 75]],
  ['nobody gets more than it may borrow', [level({ upper: 60, highest: 99, smoothed: 99 }), level({})], [60, 40]],
  [
    'peaks count less than what is usual',
    [level({ highest: 90, smoothed: 20 }), level({ highest: 50, smoothed: 50 })],
    [50, 50],
  ],
  [
    'exempt requests take seats from those who lend',
    [level({ isExempt: true, nominal: 0, lower: 0, highest: 40 }), level({ highest: 50 }), level({ highest: 50 })],
    [40, 30, 30],
  ],
  [
    'but not what others keep',
    [level({ isExempt: true, nominal: 0, lower: 0, highest: 95 }), level({ highest: 50 }), level({ highest: 50 })],
    [95, 10, 10],
  ],
  [
    'what cannot be divided stays as it is',
    [level({ isExempt: true, nominal: 100, lower: 0 }), level({ upper: 60, current: 42 })],
    [0, 42],
  ],
])('%s', (_, levels, seats) => {
  expect(allocateSeats(levels)).toEqual(seats);
});

test('the levels of every cluster, with nothing to do', () => {
  const flowControl = new FlowControl({ clock: new VirtualClock() });
  expect(Object.fromEntries(flowControl.levels.map(({ name, seats }) => [name, seats]))).toEqual({
    exempt: 0,
    'node-high': 170,
    system: 117,
    'leader-election': 58,
    'workload-high': 114,
    'workload-low': 56,
    'global-default': 56,
    'catch-all': 30,
  });
});

test('a level that is asked for more borrows it, also for those who wait, and gives it back slowly', async () => {
  const clock = new VirtualClock();
  const flowControl = new FlowControl({ clock });
  const low = () => flowControl.levels.find(({ name }) => name === 'workload-low') as PriorityLevel;
  const schema = flowControl.schemas.find((each) => each.level === low())?.schema as FlowSchema;
  // Each request has a client of its own.
  const client = () => ({ signal: new AbortController().signal });
  let inside = 0;
  const seats = Array.from({ length: 200 }, (_, n) =>
    Promise.resolve(flowControl.enter({ schema, level: low(), name: `${n}` }, 1, client())).then((seat) => {
      inside++;
      return seat;
    }),
  );
  await clock.advance(9_999);
  expect(inside).toBe(56);
  await clock.advance(2);
  expect([low().smoothed, low().seats, inside]).toEqual([expect.closeTo(200), 277, 200]);
  for (const seat of await Promise.all(seats)) seat.release();
  await clock.advance(10_000);
  const first = low().smoothed;
  await clock.advance(60_000);
  expect([first, low().smoothed]).toEqual([expect.closeTo(200 * 0.977, 0), expect.closeTo(200 * 0.977 ** 7, 0)]);
});

test('no level gets less than it keeps or more than it may, and all together what there is', () => {
  const some = fc
    .tuple(fc.integer({ min: 1, max: 100 }), fc.nat(100), fc.nat(200), fc.nat(300), fc.nat(300))
    .map(([nominal, lends, borrows, highest, smoothed]) =>
      level({
        nominal,
        lower: Math.round((nominal * (100 - lends)) / 100),
        upper: nominal + borrows,
        highest,
        smoothed,
      }),
    );
  fc.assert(
    fc.property(fc.array(some, { minLength: 1, maxLength: 8 }), (levels) => {
      const limits = allocateSeats(levels);
      const total = levels.reduce((sum, { nominal }) => sum + nominal, 0);
      expect(limits.every((limit, index) => limit >= (levels[index]?.lower ?? 0))).toBe(true);
      expect(limits.every((limit, index) => limit <= (levels[index]?.upper ?? 0))).toBe(true);
      // Each is rounded.
      const sum = limits.reduce((all, limit) => all + limit, 0);
      expect(Math.abs(sum - total)).toBeLessThanOrEqual(levels.length / 2);
    }),
  );
});
