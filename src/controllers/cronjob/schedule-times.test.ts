import { expect, test } from 'vitest';
import { parseCronSchedule } from '#api/batch/v1/cron-schedule.ts';
import { formatTime, parseTime } from '#machinery/objects/time.ts';
import { formatInZone, lastMissed, nextTime, zoneOffset } from './schedule-times.ts';

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
  // In New York they go from 02:00 to 03:00 on 11 March 2012, and from 02:00 back to 01:00 on 4 November.
  ['30 2 11 3 *', 'America/New_York', '2012-03-11T05:00:00Z', '2013-03-11T06:30:00Z'],
  ['0 * * * *', 'America/New_York', '2012-03-11T05:00:00Z', '2012-03-11T06:00:00Z'],
  ['0 * * * *', 'America/New_York', '2012-03-11T06:00:00Z', '2012-03-11T07:00:00Z'],
  ['0 1 * * *', 'America/New_York', '2012-03-11T06:00:00Z', '2012-03-12T05:00:00Z'],
  ['0 2 * * *', 'America/New_York', '2012-03-11T05:00:00Z', '2012-03-12T06:00:00Z'],
  ['0 3 * * *', 'America/New_York', '2012-03-11T05:00:00Z', '2012-03-11T07:00:00Z'],
  ['30 2 4 11 *', 'America/New_York', '2012-11-04T04:00:00Z', '2012-11-04T07:30:00Z'],
  ['30 1 4 11 *', 'America/New_York', '2012-11-04T05:45:00Z', '2012-11-04T06:30:00Z'],
  ['0 * * * *', 'America/New_York', '2012-11-04T04:00:00Z', '2012-11-04T05:00:00Z'],
  ['0 * * * *', 'America/New_York', '2012-11-04T05:00:00Z', '2012-11-04T06:00:00Z'],
  ['0 1 * * *', 'America/New_York', '2012-11-04T04:00:00Z', '2012-11-04T05:00:00Z'],
  ['0 1 * * *', 'America/New_York', '2012-11-04T05:00:00Z', '2012-11-04T06:00:00Z'],
  ['0 1 * * *', 'America/New_York', '2012-11-04T06:00:00Z', '2012-11-05T06:00:00Z'],
  ['0 2 * * *', 'America/New_York', '2012-11-04T04:00:00Z', '2012-11-04T07:00:00Z'],
  ['0 2 * * *', 'America/New_York', '2012-11-04T07:00:00Z', '2012-11-05T07:00:00Z'],
  // Clocks that go on by less than an hour, and at midnight.
  ['0 * * * *', 'Australia/Lord_Howe', '2026-10-03T14:59:00Z', '2026-10-03T16:00:00Z'],
  ['0 0 * * *', 'Asia/Beirut', '2026-03-28T12:00:00Z', '2026-03-29T21:00:00Z'],
  ['0 0 30 2 *', undefined, '2026-01-01T00:00:00Z', undefined],
] as const)('%s in %s after %s is %s', (schedule, zone, after, want) => {
  const next = nextTime(parseCronSchedule(schedule), parseTime(after), zoneOffset(zone));
  expect(next && formatTime(next)).toBe(want);
});

test.each([
  ['the last counts', '@hourly', '2026-01-01T00:00:00Z', '2026-01-01T03:30:00Z', '2026-01-01T03:00:00Z', 3],
  ['none', '@hourly', '2026-01-01T00:00:00Z', '2026-01-01T00:59:59Z', undefined, 0],
  ['the only one', '@hourly', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z', '2026-01-01T01:00:00Z', 1],
  ['a year of minutes', '* * * * *', '2025-01-01T00:00:00Z', '2026-01-01T00:00:30Z', '2026-01-01T00:00:00Z', 525_600],
  ['in bursts', '*/10 6 * * 1', '2026-01-05T06:15:00Z', '2026-01-07T00:00:00Z', '2026-01-05T06:50:00Z', 251],
  ['after an interval', '@every 7m', '2026-01-01T00:01:00Z', '2026-01-01T00:30:00Z', '2026-01-01T00:29:00Z', 4],
] as const)('of missed times: %s', (_, schedule, after, now, time, missed) => {
  const times = { after: parseTime(after), now: parseTime(now), offset: zoneOffset(undefined) };
  const found = lastMissed(parseCronSchedule(schedule), times);
  expect([found.time && formatTime(found.time), found.missed]).toEqual([time, missed]);
});

test.each([
  [undefined, '2026-01-01T08:00:00Z', '2026-01-01T08:00:00Z'],
  ['Europe/Berlin', '2026-01-01T08:00:00Z', '2026-01-01T09:00:00+01:00'],
  ['Europe/Berlin', '2026-07-01T22:30:00Z', '2026-07-02T00:30:00+02:00'],
  ['Europe/London', '2026-01-01T08:00:00Z', '2026-01-01T08:00:00Z'],
  ['America/St_Johns', '2026-01-01T02:00:00Z', '2025-12-31T22:30:00-03:30'],
] as const)('clocks in %s show %s as %s', (zone, time, want) => {
  expect(formatInZone(parseTime(time), zoneOffset(zone))).toBe(want);
});
