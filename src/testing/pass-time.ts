import { setImmediate as turn } from 'node:timers/promises';
import type { VirtualClock } from './virtual-clock.ts';

/** Turns of the event loop without a sign of life after which nothing more is to come: chains of promises end within one. */
const QUIET_TURNS = 6;

/**
 * Moves a virtual clock on, from timer to timer, waiting before each step until the process has come to rest: until
 * neither `revision`, which counts what is written, nor the clock's timers have changed for some turns of the event loop.
 */
export async function passTime(clock: VirtualClock, milliseconds: number, revision: () => number): Promise<void> {
  const end = clock.monotonic() + milliseconds;
  await rest(clock, revision);
  for (let next = clock.next; next !== undefined && next <= end; next = clock.next) {
    clock.advance(Math.max(0, next - clock.monotonic()));
    await rest(clock, revision);
  }
  clock.advance(end - clock.monotonic());
}

async function rest(clock: VirtualClock, revision: () => number): Promise<void> {
  let before = Number.NaN;
  for (let quiet = 0; quiet < QUIET_TURNS; ) {
    await turn();
    const now = revision() + clock.timers;
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
}
