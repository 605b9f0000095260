import type { CalendarSchedule, CronSchedule } from '#api/batch/v1/cron-schedule.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The 29th of February comes at least once in this many days. */
const MAX_DAYS = 366 * 8 + 2;
/** No clocks are turned by more. */
const TURN_MS = 3 * 3_600_000;

/** How far a time zone's clocks are ahead of UTC at a moment, in milliseconds. */
export type Offset = (utc: number) => number;

/** The offsets of an IANA time zone; UTC when none is named. Throws `RangeError` for a zone nobody knows. */
export function zoneOffset(timeZone: string | undefined): Offset {
  if (timeZone === undefined || timeZone === 'UTC') return () => 0;
  const fields = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...fields });
  return (utc) => {
    const part = Object.fromEntries(format.formatToParts(utc).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(utc / MINUTE_MS) * MINUTE_MS;
  };
}

/** RFC 3339 as clocks of a zone show a time. */
export function formatInZone(time: number, offset: Offset): string {
  const ahead = offset(time) / MINUTE_MS;
  const local = new Date(time + ahead * MINUTE_MS).toISOString().slice(0, 19);
  if (ahead === 0) return `${local}Z`;
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return `${local}${ahead < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}

/** The first time after `after` at which a schedule runs, or undefined when it never does (30 February). */
export function nextTime(schedule: CronSchedule, after: number, offset: Offset): number | undefined {
  if ('everyMilliseconds' in schedule) return Math.floor(after / 1000) * 1000 + schedule.everyMilliseconds;
  let since = after;
  let time = nextOnClocks(schedule, after, offset(after));
  while (time !== undefined) {
    const turned = firstTurn(offset, { since, until: time });
    if (turned === undefined) return time;
    // From then on clocks show something else: what they skip never comes, what they show again comes again.
    since = turned;
    time = nextOnClocks(schedule, turned - 1, offset(turned));
  }
  return undefined;
}

/** The same while clocks are so far ahead of UTC. */
function nextOnClocks(schedule: CalendarSchedule, after: number, ahead: number): number | undefined {
  // What clocks on the wall show, counted as if it were UTC.
  const first = Math.floor((after + ahead) / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const firstDay = Math.floor(first / DAY_MS) * DAY_MS;
  const hours = [...schedule.hours].sort((a, b) => a - b);
  const minutes = [...schedule.minutes].sort((a, b) => a - b);
  for (let day = firstDay; day < firstDay + MAX_DAYS * DAY_MS; day += DAY_MS) {
    if (!runsOn(schedule, new Date(day))) continue;
    for (const hour of hours) {
      for (const minute of minutes) {
        const wall = day + (hour * 60 + minute) * MINUTE_MS;
        if (wall >= first) return wall - ahead;
      }
    }
  }
  return undefined;
}

/**
 * When clocks are turned first within some time, if that matters: it does not where they are turned back as much before it
 * ends, unless they show again then what they showed before it began.
 */
function firstTurn(
  offset: Offset,
  { since, until }: { readonly since: number; readonly until: number },
): number | undefined {
  const ahead = offset(since);
  const soon = Math.min(until, since + TURN_MS);
  if (offset(soon) === ahead && offset(until) === ahead) return undefined;
  let before = since;
  let after = soon;
  while (offset(after) === ahead) [before, after] = [after, Math.min(until, after + DAY_MS)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offset(middle) === ahead) before = middle;
    else after = middle;
  }
  return after;
}

function runsOn(schedule: CalendarSchedule, date: Date): boolean {
  if (!schedule.months.has(date.getUTCMonth() + 1)) return false;
  const [ofMonth, ofWeek] = [schedule.daysOfMonth.has(date.getUTCDate()), schedule.daysOfWeek.has(date.getUTCDay())];
  return schedule.anyDayOfMonth || schedule.anyDayOfWeek ? ofMonth && ofWeek : ofMonth || ofWeek;
}

/**
 * The last time after `after` and not after `now` at which a schedule runs, and how many there are: about, as if the
 * first two were as far apart as all.
 */
export function lastMissed(
  schedule: CronSchedule,
  { after, now, offset }: { readonly after: number; readonly now: number; readonly offset: Offset },
): { readonly time: number | undefined; readonly missed: number } {
  const first = nextTime(schedule, after, offset);
  if (first === undefined || first > now) return { time: undefined, missed: 0 };
  const second = nextTime(schedule, first, offset);
  if (second === undefined || second > now) return { time: first, missed: 1 };
  const missed = Math.floor((now - first) / (second - first)) + 1;
  if ('everyMilliseconds' in schedule) return { time: first + (missed - 1) * (second - first), missed };
  return { time: lastCalendarTime(schedule, { first, now, offset }), missed };
}

/** Looks ever further back from `now`, so that a year of missed minutes costs no more than an hour of them. */
function lastCalendarTime(
  schedule: CronSchedule,
  { first, now, offset }: { readonly first: number; readonly now: number; readonly offset: Offset },
): number {
  let last = first;
  for (let back = MINUTE_MS; last === first && now - back > first; back *= 2) {
    const time = nextTime(schedule, now - back, offset);
    if (time !== undefined && time <= now) last = time;
  }
  for (let next = nextTime(schedule, last, offset); next !== undefined && next <= now; ) {
    last = next;
    next = nextTime(schedule, next, offset);
  }
  return last;
}
