import { expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { BackOff } from './back-off.ts';

const open = () => {
  const clock = new VirtualClock();
  return { clock, backOff: new BackOff({ clock, initialMs: 10_000, maxMs: 300_000 }) };
};

test('the first failure is free, then delays double up to the maximum', () => {
  const { clock, backOff } = open();
  const waits: number[] = [];
  for (let failure = 0; failure < 8; failure++) {
    const since = clock.now();
    waits.push(backOff.remaining('a', since));
    clock.advance(backOff.remaining('a', since));
    backOff.next('a', since);
  }
  expect(waits).toEqual([0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
});

test('what has run for long starts anew', () => {
  const { clock, backOff } = open();
  backOff.next('a', clock.now());
  clock.advance(600_001);
  const failures = [backOff.remaining('a', clock.now())];
  backOff.next('a', clock.now());
  expect([...failures, backOff.delay('a')]).toEqual([0, 10_000]);
});

test('keys are forgotten by prefix', () => {
  const { clock, backOff } = open();
  backOff.next('u1_a', clock.now());
  backOff.next('u2_a', clock.now());
  backOff.forget('u1_');
  expect([backOff.delay('u1_a'), backOff.delay('u2_a')]).toEqual([0, 10_000]);
});
