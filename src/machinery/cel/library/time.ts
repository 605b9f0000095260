import { type Functions, member, type Overload } from '../environment.ts';
import { DURATION, INT, STRING, TIMESTAMP } from '../types.ts';
import { CelError, type Moment, type Span } from '../values.ts';

const MILLION = 1_000_000n;

/** The wall clock of a moment in a zone, as a date whose UTC parts are those of the zone. */
function wallClock({ nanos }: Moment, zone = 'UTC'): Date {
  const millis = Number(nanos / MILLION - (nanos % MILLION < 0n ? 1n : 0n));
  return new Date(millis + offsetOf(millis, zone));
}

/** How far a zone is ahead of UTC, in milliseconds: `UTC`, `+02:00`, `-5:30` or a name. */
function offsetOf(millis: number, zone: string): number {
  if (zone === 'UTC' || zone === '') return 0;
  const fixed = /^([-+]?)(\d{1,2}):(\d{2})$/.exec(zone);
  if (fixed !== null) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
  return namedOffset(millis, zone);
}

function namedOffset(millis: number, zone: string): number {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    const parts = Object.fromEntries(format.formatToParts(millis).map(({ type, value }) => [type, Number(value)]));
    const { year, month, day, hour, minute, second } = parts as Record<string, number>;
    const local = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
    return local - Math.floor(millis / 1000) * 1000;
  } catch {
    throw new CelError(`unknown time zone ${zone}`);
  }
}

const accessor = (read: (date: Date) => number): Overload[] => [
  member([TIMESTAMP], INT, (moment: Moment) => BigInt(read(wallClock(moment)))),
  member([TIMESTAMP, STRING], INT, (moment: Moment, zone: string) => BigInt(read(wallClock(moment, zone)))),
];

const length = (unit: bigint): Overload => member([DURATION], INT, (span: Span) => span.nanos / unit);

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000);

/** Parts of timestamps, and durations in whole units. */
export const TIME: Functions = {
  getFullYear: accessor((date) => date.getUTCFullYear()),
  getMonth: accessor((date) => date.getUTCMonth()),
  getDate: accessor((date) => date.getUTCDate()),
  getDayOfMonth: accessor((date) => date.getUTCDate() - 1),
  getDayOfWeek: accessor((date) => date.getUTCDay()),
  getDayOfYear: accessor(dayOfYear),
  getHours: [...accessor((date) => date.getUTCHours()), length(3_600_000_000_000n)],
  getMinutes: [...accessor((date) => date.getUTCMinutes()), length(60_000_000_000n)],
  getSeconds: [...accessor((date) => date.getUTCSeconds()), length(1_000_000_000n)],
  getMilliseconds: [
    ...accessor((date) => date.getUTCMilliseconds()),
    member([DURATION], INT, (span: Span) => (span.nanos / MILLION) % 1000n),
  ],
};
