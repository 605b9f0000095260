import { expect, test } from 'vitest';
import { parseCronSchedule } from '#api/batch/v1/cron-schedule.ts';
import { formatTime, parseTime } from '#machinery/objects/time.ts';
import { lastMissed, nextTime, zoneOffset } from './schedule-times.ts';

test.each([
  ['*/5 * * * *', undefined, '2026-01-01T00:00:00Z', '2026-01-01T00:05:00Z'],
  ['0 0 29 2 *', undefined, '2026-01-01T00:00:00Z', '2028-02-29T00:00:00Z'],
  ['30 6 * * 1', undefined, '2026-01-01T00:00:00Z', '2026-01-05T06:30:00Z'],
  ['0 0 13 * 5', undefined, '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['@every 90s', undefined, '2026-01-01T00:00:00Z', '2026-01-01T00:01:30Z'],
  ['0 9 * * *', 'Europe/Berlin', '2026-01-01T00:00:00Z', '2026-01-01T08:00:00Z'],
  ['0 9 * * *', 'Europe/Berlin', '2026-07-01T00:00:00Z', '2026-07-01T07:00:00Z'],
  // On the last Sunday of March clocks go from 02:00 to 03:00.
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T00:30:00Z'],
  ['0 0 30 2 *', undefined, '2026-01-01T00:00:00Z', undefined],
] as const)('%s in %s after %s is %s', (schedule, zone, after, want) => {
  const next = nextTime(parseCronSchedule(schedule), parseTime(after), zoneOffset(zone));
  expect(next && formatTime(next)).toBe(want);
});

test('of missed times the last counts', () => {
  const [after, now] = [parseTime('2026-01-01T00:00:00Z'), parseTime('2026-01-01T03:30:00Z')];
  const missed = lastMissed(parseCronSchedule('@hourly'), { after, now, offset: zoneOffset(undefined) });
  expect(missed).toEqual({ time: parseTime('2026-01-01T03:00:00Z'), missed: 3 });
});
