import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CacheEvent } from './cache-event.ts';
import { EventRing } from './event-ring.ts';

const event = (revision: number) => new CacheEvent<unknown>(revision, '/a', undefined, undefined);
const revisionsAfter = (ring: EventRing<unknown>, revision: number) =>
  ring.after(revision).map((each) => each.revision);

test('more is kept of what is fresh, and let go once it is not', () => {
  let now = 0;
  const ring = new EventRing<unknown>({ count: 4, most: 10, age: Number.POSITIVE_INFINITY, now: () => now }, 0);
  for (let revision = 1; revision <= 8; revision++) ring.push(event(revision));
  expect([ring.oldest, revisionsAfter(ring, 0)]).toEqual([0, [1, 2, 3, 4, 5, 6, 7, 8]]);
  for (let revision = 9; revision <= 12; revision++) ring.push(event(revision));
  expect([ring.oldest, revisionsAfter(ring, 8)]).toEqual([2, [9, 10, 11, 12]]);
  now = 75_000;
  ring.push(event(13));
  expect([ring.oldest, revisionsAfter(ring, 9)]).toEqual([9, [10, 11, 12, 13]]);
});

test('it holds the newest events, at least the least and at most the most, none of them twice', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 60 });
  const limits = fc.record({ count: fc.integer({ min: 1, max: 5 }), more: fc.integer({ min: 0, max: 12 }) });
  fc.assert(
    fc.property(steps, limits, (pauses, { count, more }) => {
      let now = 0;
      const most = count + more;
      const ring = new EventRing<unknown>({ count, most, age: Number.POSITIVE_INFINITY, now: () => now }, 0);
      const times: number[] = [0];
      pauses.forEach((pause, index) => {
        now += pause;
        times.push(now);
        ring.push(event(index + 1));
        const kept = revisionsAfter(ring, ring.oldest);
        expect(kept).toEqual(Array.from({ length: index + 1 - ring.oldest }, (_, each) => ring.oldest + 1 + each));
        expect(kept.length).toBeLessThanOrEqual(most);
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(index + 1, count));
        // What was let go although there was room for more was not fresh.
        if (ring.oldest > 0 && kept.length < most) expect(now - times[ring.oldest]!).toBeGreaterThanOrEqual(75_000);
      });
    }),
  );
});
