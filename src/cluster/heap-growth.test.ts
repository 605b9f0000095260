import { expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { boundHeapGrowth } from './heap-growth.ts';

test('a heap is told to grow in small steps once it is large, and not before', async () => {
  const clock = new VirtualClock();
  const told: number[] = [];
  let used = 200 * 2 ** 20;
  const ended = boundHeapGrowth(clock, new AbortController().signal, {
    usedBytes: () => used,
    growBy: (percent) => told.push(percent),
  });
  await clock.advance(60_000);
  expect(told).toEqual([]);
  used = 300 * 2 ** 20;
  await clock.advance(60_000);
  await ended;
  expect(told).toEqual([30]);
});

test('it is left alone when the cluster stops', async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const told: number[] = [];
  const heap = { usedBytes: () => 0, growBy: (percent: number) => told.push(percent) };
  const ended = boundHeapGrowth(clock, stop.signal, heap);
  stop.abort();
  await ended;
  expect(told).toEqual([]);
});
