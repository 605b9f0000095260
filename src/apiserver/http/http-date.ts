import { systemClock } from '#base/clock.ts';

let second = 0;
let text = '';

/** The time as a `date` header tells it. */
export function httpDate(now = systemClock.now()): string {
  const current = Math.floor(now / 1000);
  if (current !== second) {
    second = current;
    text = new Date(now).toUTCString();
  }
  return text;
}
