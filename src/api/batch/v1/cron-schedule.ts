import { table } from '#base/table.ts';
import { parseDuration } from '#machinery/objects/duration.ts';

/** When a CronJob runs: at the minutes whose parts are all in their sets, or every so many milliseconds. */
export type CronSchedule = CalendarSchedule | { readonly everyMilliseconds: number };

export interface CalendarSchedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly daysOfWeek: ReadonlySet<number>;
  /** Where both days are restricted, a day that either names will do; where one is a star, only the other counts. */
  readonly anyDayOfMonth: boolean;
  readonly anyDayOfWeek: boolean;
}

/** A schedule that cannot be read; the message is the one that clients know. */
export class CronScheduleError extends Error {
  override readonly name = 'CronScheduleError';
}

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly names?: readonly string[];
}

const MINUTES: Bounds = { low: 0, high: 59 };
const HOURS: Bounds = { low: 0, high: 23 };
const DAYS_OF_MONTH: Bounds = { low: 1, high: 31 };
const MONTHS: Bounds = {
  low: 1,
  high: 12,
  names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
};
const DAYS_OF_WEEK: Bounds = { low: 0, high: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };

const DESCRIPTORS = table<string>({
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
});
const EVERY = '@every ';

/** Reads `minute hour day-of-month month day-of-week`, `@daily` and the like, or `@every 90m`. Throws `CronScheduleError`. */
export function parseCronSchedule(text: string): CronSchedule {
  if (text === '') throw new CronScheduleError('empty spec string');
  if (text.startsWith(EVERY)) return { everyMilliseconds: parseEvery(text) };
  if (text.startsWith('@')) {
    const fields = DESCRIPTORS[text];
    if (fields === undefined) throw new CronScheduleError(`unrecognized descriptor: ${text}`);
    return parseCronSchedule(fields);
  }
  const fields = text.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5) {
    throw new CronScheduleError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  }
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields as [string, string, string, string, string];
  return {
    minutes: parseField(minute, MINUTES).values,
    hours: parseField(hour, HOURS).values,
    daysOfMonth: parseField(dayOfMonth, DAYS_OF_MONTH).values,
    months: parseField(month, MONTHS).values,
    daysOfWeek: parseField(dayOfWeek, DAYS_OF_WEEK).values,
    anyDayOfMonth: parseField(dayOfMonth, DAYS_OF_MONTH).isStar,
    anyDayOfWeek: parseField(dayOfWeek, DAYS_OF_WEEK).isStar,
  };
}

/** Whole seconds, one at least. */
function parseEvery(text: string): number {
  try {
    const milliseconds = parseDuration(text.slice(EVERY.length));
    return Math.max(1000, Math.floor(milliseconds / 1000) * 1000);
  } catch (error) {
    throw new CronScheduleError(`failed to parse duration ${text}: ${(error as Error).message}`);
  }
}

function parseField(text: string, bounds: Bounds): { values: Set<number>; isStar: boolean } {
  const values = new Set<number>();
  let isStar = false;
  for (const part of text.split(',').filter((each) => each !== '')) {
    const range = parseRange(part, bounds);
    isStar ||= range.isStar;
    for (let value = range.start; value <= range.end; value += range.step) values.add(value);
  }
  return { values, isStar };
}

function parseRange(text: string, bounds: Bounds) {
  const [range = '', stepText, ...moreSlashes] = text.split('/');
  const [from = '', to, ...moreHyphens] = range.split('-');
  const star = from === '*' || from === '?';
  if (!star && moreHyphens.length > 0) throw new CronScheduleError(`too many hyphens: ${text}`);
  const start = star ? bounds.low : parseValue(from, bounds);
  let end = star ? bounds.high : to === undefined ? start : parseValue(to, bounds);
  if (moreSlashes.length > 0) throw new CronScheduleError(`too many slashes: ${text}`);
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  if (stepText !== undefined && to === undefined) end = bounds.high;
  checkRange({ start, end, step, bounds, text });
  return { start, end, step, isStar: star && step === 1 };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly bounds: Bounds;
  readonly text: string;
}

function checkRange({ start, end, step, bounds, text }: Range): void {
  const fail = (problem: string): never => {
    throw new CronScheduleError(`${problem}: ${text}`);
  };
  if (start < bounds.low) fail(`beginning of range (${start}) below minimum (${bounds.low})`);
  if (end > bounds.high) fail(`end of range (${end}) above maximum (${bounds.high})`);
  if (start > end) fail(`beginning of range (${start}) beyond end of range (${end})`);
  if (step === 0) fail('step of range should be a positive number');
}

function parseValue(text: string, { names }: Bounds): number {
  const named = text === '' ? -1 : (names?.indexOf(text.toLowerCase()) ?? -1);
  return named >= 0 ? named : parseNumber(text);
}

function parseNumber(text: string): number {
  if (!/^[+-]?[0-9]+$/.test(text)) {
    const reason = `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
    throw new CronScheduleError(`failed to parse int from ${text}: ${reason}`);
  }
  const number = Number(text);
  if (number < 0) throw new CronScheduleError(`negative number (${number}) not allowed: ${text}`);
  return number;
}
