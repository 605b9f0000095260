import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Deferred, deferred } from '#base/deferred.ts';
import { SlowStart } from './slow-start.ts';

/** Runs so many calls, all of which end together, round by round; `failing` is the number of one, counted from 0. */
async function run(starts: SlowStart, uid: string, count: number, { failing = -1, made = true } = {}) {
  let open: Deferred<unknown>[] = [];
  let calls = 0;
  let result: { readonly successes: number; readonly error: unknown } | undefined;
  const call = async () => {
    const number = calls++;
    const answer = deferred<unknown>();
    open.push(answer);
    await answer.promise;
    if (number === failing) throw new Error(`call ${number}`);
    return made ? number : undefined;
  };
  const running = starts.run(uid, count, call).then((ended) => {
    result = ended;
  });
  const rounds: number[] = [];
  while (result === undefined) {
    await setImmediate();
    if (open.length === 0) continue;
    rounds.push(open.length);
    const answered = open;
    open = [];
    for (const { resolve } of answered) resolve(undefined);
  }
  await running;
  return { rounds, ...result };
}

test('each call that goes well lets one more be made at a time', async () => {
  expect(await run(new SlowStart(), 'a', 10)).toEqual({ rounds: [1, 2, 4, 3], successes: 10, error: undefined });
});

test('nothing is called for nothing', async () => {
  expect(await run(new SlowStart(), 'a', 0)).toEqual({ rounds: [], successes: 0, error: undefined });
});

test('after a failure only those under way are ended', async () => {
  const error = new Error('call 1');
  expect(await run(new SlowStart(), 'a', 100, { failing: 1 })).toEqual({ rounds: [1, 2], successes: 2, error });
  expect(await run(new SlowStart(), 'a', 100, { failing: 0 })).toMatchObject({ rounds: [1], successes: 0 });
});

test('where nothing is made it ends without a failure', async () => {
  const ended = { rounds: [1], successes: 0, error: undefined };
  expect(await run(new SlowStart(), 'a', 100, { made: false })).toEqual(ended);
});

test('there are never more than so many at a time', async () => {
  const { rounds, successes } = await run(new SlowStart(), 'a', 1000);
  expect([Math.max(...rounds), successes]).toEqual([48, 1000]);
});

test('whose calls all went well goes on from there, others begin anew, as after a failure', async () => {
  const starts = new SlowStart();
  await run(starts, 'a', 10);
  expect(await run(starts, 'a', 40, { failing: 29 })).toMatchObject({ rounds: [11, 22, 7] });
  for (const uid of ['a', 'b']) expect(await run(starts, uid, 3)).toMatchObject({ rounds: [1, 2] });
});

test('a single call takes nothing back', async () => {
  const starts = new SlowStart();
  await run(starts, 'a', 10);
  await run(starts, 'a', 1);
  expect(await run(starts, 'a', 10)).toMatchObject({ rounds: [10] });
});
