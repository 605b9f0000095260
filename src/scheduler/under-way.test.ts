import { expect, test } from 'vitest';
import { deferred } from '#base/deferred.ts';
import { UnderWay } from './under-way.ts';

test('there is room again when half of the work has ended, and work that waits for others takes none', async () => {
  const underWay = new UnderWay(4);
  const long = deferred();
  underWay.add(long.promise, { isLong: true });
  const work = Array.from({ length: 4 }, () => deferred());
  for (const { promise } of work) underWay.add(promise);
  const happened: string[] = [];
  void underWay.room().then(() => happened.push('room'));
  void underWay.ended().then(() => happened.push('ended'));
  const end = async (...some: { readonly resolve: (value: undefined) => void }[]) => {
    for (const { resolve } of some) resolve(undefined);
    await new Promise(setImmediate);
    return [underWay.isFull, ...happened];
  };
  expect(underWay.isFull).toBe(true);
  expect(await end(...work.slice(0, 1))).toEqual([false]);
  expect(await end(...work.slice(1, 2))).toEqual([false, 'room']);
  expect(await end(...work.slice(2))).toEqual([false, 'room']);
  expect(await end(long)).toEqual([false, 'room', 'ended']);
});
