const PATTERN = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/;

/** A moment: whole seconds since the Unix epoch and the nanoseconds past them. */
export interface Moment {
  readonly seconds: number;
  readonly nanos: number;
}

/** Reads RFC 3339 with any fraction and offset; undefined when the text is none or names no day. */
export function parseMoment(text: string): Moment | undefined {
  const seconds = parseCanonical(text);
  return seconds === undefined ? parseAny(text) : { seconds, nanos: 0 };
}

/** Reads the form that nearly all times have, `2026-01-02T03:04:05Z`; undefined for others. */
function parseCanonical(text: string): number | undefined {
  if (text.length !== 20 || text.charCodeAt(19) !== 90 || text.charCodeAt(10) !== 84) return undefined;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)];
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  // Not a number when a digit is none. Days that not every month has are left to the careful way.
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23 && minute <= 59 && second <= 59))
    return undefined;
  if (!(year >= 1)) return undefined;
  return daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
}

function twoDigits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Days of the Gregorian calendar, counting years from March so that the leap day is the last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - 719_468;
}

function parseAny(text: string): Moment | undefined {
  const parts = PATTERN.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = parts;
  const fields = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!isCalendarTime(fields)) return undefined;
  const offset = zoneSeconds(zone);
  if (offset === undefined) return undefined;
  const nanos = Number(fraction.slice(0, 9).padEnd(9, '0'));
  return { seconds: utcSeconds(fields) - offset, nanos };
}

type CalendarTime = [year: number, month: number, day: number, hour: number, minute: number, second: number];

function isCalendarTime([year, month, day, hour, minute, second]: CalendarTime): boolean {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return false;
  return day <= daysInMonth(year, month);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function utcSeconds([year, month, day, hour, minute, second]: CalendarTime): number {
  const date = new Date(0);
  // Date.UTC reads years below 100 as 19xx.
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date.getTime() / 1000;
}

function zoneSeconds(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 24 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/** `2026-01-02T03:04:05Z`. */
export const formatSeconds = (seconds: number): string => `${dateText(seconds)}Z`;

/** `2026-01-02T03:04:05.123456Z`. */
export const formatMicros = ({ seconds, nanos }: Moment): string =>
  `${dateText(seconds)}.${String(Math.trunc(nanos / 1000)).padStart(6, '0')}Z`;

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

// Times that are printed together are mostly of one day.
let knownDay = 0;
let knownDayText = '1970-01-01';

function dateText(seconds: number): string {
  const day = Math.floor(seconds / 86_400);
  if (day !== knownDay) {
    knownDayText = new Date(day * 86_400_000).toISOString().slice(0, 10);
    knownDay = day;
  }
  const rest = seconds - day * 86_400;
  const [hour, minute, second] = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
  return `${knownDayText}T${TWO_DIGITS[hour]}:${TWO_DIGITS[minute]}:${TWO_DIGITS[second]}`;
}

/** The `Time` of an object at a moment in milliseconds since the epoch: whole seconds, UTC. */
export const formatTime = (milliseconds: number): string => formatSeconds(Math.floor(milliseconds / 1000));

/** The `MicroTime` of an object at a moment in milliseconds since the epoch. */
export function formatMicroTime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return formatMicros({ seconds, nanos: Math.floor((milliseconds - seconds * 1000) * 1000) * 1000 });
}

/** A `Time` or `MicroTime` as milliseconds since the epoch; NaN when the text is no time. */
export function parseTime(text: string): number {
  const moment = parseMoment(text);
  return moment === undefined ? Number.NaN : moment.seconds * 1000 + moment.nanos / 1e6;
}

const ZERO_SECONDS = -62135596800;
/** Whether a moment is Go's zero time, which is written as null. */
export const isZeroTime = ({ seconds, nanos }: Moment): boolean => seconds === ZERO_SECONDS && nanos === 0;
