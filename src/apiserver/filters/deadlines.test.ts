import { expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { Deadlines } from './deadlines.ts';

test('those whose time is over are told, first those who began first, each once', () => {
  const clock = new VirtualClock();
  const deadlines = new Deadlines(clock, 100);
  const told: string[] = [];
  const begin = (name: string) => {
    return deadlines.add({
      since: clock.monotonic(),
      expire: () => void told.push(`${name} ${clock.monotonic()}`),
    });
  };
  begin('a');
  clock.advance(10);
  const leave = begin('b');
  begin('c');
  clock.advance(20);
  begin('d');
  leave();
  clock.advance(1000);
  expect(told).toEqual(['a 100', 'c 110', 'd 130']);
  begin('e');
  clock.advance(100);
  expect([told.at(-1), clock.next]).toEqual(['e 1130', undefined]);
});

test('many who hardly wait take one timer', () => {
  const clock = new VirtualClock();
  const deadlines = new Deadlines(clock, 100);
  for (let i = 0; i < 50; i++) {
    deadlines.add({ since: clock.monotonic(), expire: () => expect.unreachable() })();
    clock.advance(1);
  }
  clock.advance(1000);
  expect([clock.timers, clock.next]).toEqual([1, undefined]);
});
