import { expect, test } from 'vitest';
import { systemClock } from '#base/clock.ts';

test('sleep rejects with the reason of an aborted signal', async () => {
  await expect(systemClock.sleep(10, AbortSignal.abort('stop'))).rejects.toBe('stop');
});

test('sleep rejects when the signal aborts while it waits', async () => {
  const controller = new AbortController();
  const sleeping = systemClock.sleep(60_000, controller.signal);
  controller.abort('stop');
  await expect(sleeping).rejects.toBe('stop');
});
