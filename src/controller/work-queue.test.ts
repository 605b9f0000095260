import { expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { WorkQueue } from './work-queue.ts';

const newQueue = () => {
  const clock = new VirtualClock();
  return { clock, queue: new WorkQueue({ clock }) };
};

test('a key added twice is taken once', async () => {
  const { queue } = newQueue();
  queue.add('a');
  queue.add('a');
  queue.add('b');
  expect([queue.length, await queue.take(), await queue.take(), queue.length]).toEqual([2, 'a', 'b', 0]);
});

test('a key added while it is worked on is taken again only after it is done', async () => {
  const { queue } = newQueue();
  queue.add('a');
  await queue.take();
  queue.add('a');
  expect(queue.length).toBe(0);
  queue.done('a');
  expect(await queue.take()).toBe('a');
});

test('a waiting taker gets the next key', async () => {
  const { queue } = newQueue();
  const taken = queue.take();
  queue.add('a');
  expect(await taken).toBe('a');
});

test('of several delays of one key the earliest holds', async () => {
  const { clock, queue } = newQueue();
  queue.addAfter('a', 1000);
  queue.addAfter('a', 100);
  queue.addAfter('a', 500);
  clock.advance(99);
  expect(queue.length).toBe(0);
  clock.advance(1);
  expect(await queue.take()).toBe('a');
  queue.done('a');
  expect(queue.idle).toBe(true);
});

test('waits after failures double until the key is forgotten', () => {
  const { clock, queue } = newQueue();
  const waits: number[] = [];
  const fail = async () => {
    queue.addRateLimited('a');
    let wait = 0;
    while (queue.length === 0) {
      clock.advance(1);
      wait++;
    }
    waits.push(wait);
    void queue.take();
    queue.done('a');
  };
  for (let i = 0; i < 4; i++) void fail();
  queue.forget('a');
  void fail();
  expect(waits).toEqual([5, 10, 20, 40, 5]);
});

test('closing ends takers and drops what waits', async () => {
  const { clock, queue } = newQueue();
  const taken = queue.take();
  queue.addAfter('a', 10);
  queue.close();
  clock.advance(10);
  queue.add('b');
  expect([await taken, await queue.take(), queue.idle]).toEqual([undefined, undefined, true]);
});
