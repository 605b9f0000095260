import { expect, test } from 'vitest';
import { deferred } from '#base/deferred.ts';
import { KeyedQueue } from './keyed-queue.ts';

test('work of one key is done in order, that of some keys side by side', async () => {
  const queue = new KeyedQueue(2);
  const log: string[] = [];
  const gate = deferred();
  const work = (name: string, until?: Promise<void>) => async () => {
    log.push(`${name} begins`);
    await until;
    log.push(`${name} ends`);
  };
  queue.run('a', work('a1', gate.promise));
  queue.run('a', work('a2'));
  queue.run('b', work('b1'));
  queue.run('c', work('c1'));
  await new Promise(setImmediate);
  expect([log, queue.size]).toEqual([['a1 begins', 'b1 begins', 'b1 ends', 'c1 begins', 'c1 ends'], 2]);
  gate.resolve();
  await queue.idle();
  expect([log.slice(5), queue.size]).toEqual([['a1 ends', 'a2 begins', 'a2 ends'], 0]);
});
