import { expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { Gathering } from './gathering.ts';

function gathering() {
  const clock = new VirtualClock();
  const out: string[] = [];
  const began = clock.monotonic();
  const keys = new Gathering(clock, (key) => out.push(`${key} ${clock.monotonic() - began}`));
  return { clock, out, keys };
}

test('a key that stays quiet comes out soon, and once', async () => {
  const { clock, out, keys } = gathering();
  for (let at = 0; at < 3; at++) keys.add('a', 400);
  keys.add('b', 5);
  await clock.advance(1000);
  expect(out).toEqual(['b 5', 'a 40']);
});

test('a key to which things go on happening waits until it must', async () => {
  const { clock, out, keys } = gathering();
  for (let at = 0; at < 50; at++) {
    keys.add('a', 110);
    await clock.advance(7);
  }
  await clock.advance(1000);
  expect(out).toEqual(['a 110', 'a 222', 'a 334', 'a 376']);
});

test('after its end nothing comes out', async () => {
  const { clock, out, keys } = gathering();
  keys.add('a', 400);
  keys.close();
  await clock.advance(1000);
  expect(out).toEqual([]);
});
