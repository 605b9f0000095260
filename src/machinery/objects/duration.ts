import { table } from '#base/table.ts';

const UNITS = table<bigint>({
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
});

const MAX = 2n ** 63n;

/** A text that is no duration. The message is Go's. */
export class DurationError extends Error {
  override readonly name = 'DurationError';
}

/** Reads Go's duration text (`1h2m3.5s`, `-1.5h`, `0`) as nanoseconds; throws `DurationError`. */
export function parseDurationNanos(text: string): bigint {
  const sign = text.startsWith('-') ? -1n : 1n;
  let rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') throw new DurationError(`time: invalid duration ${JSON.stringify(text)}`);
  let total = 0n;
  while (rest !== '') {
    const [, whole, fraction = '', unit] = /^([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/.exec(rest)!;
    if (whole === '' && fraction === '') throw new DurationError(`time: invalid duration ${JSON.stringify(text)}`);
    if (unit === '') throw new DurationError(`time: missing unit in duration ${JSON.stringify(text)}`);
    const size = Object.hasOwn(UNITS, unit!) ? UNITS[unit!]! : undefined;
    if (size === undefined)
      throw new DurationError(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
    total += BigInt(whole || '0') * size + fractionOf(fraction, size);
    rest = rest.slice(whole!.length + (rest[whole!.length] === '.' ? fraction.length + 1 : 0) + unit!.length);
  }
  if (total > MAX || (total === MAX && sign > 0n))
    throw new DurationError(`time: invalid duration ${JSON.stringify(text)}`);
  return sign * total;
}

function fractionOf(digits: string, size: bigint): bigint {
  const kept = digits.slice(0, 18);
  return kept === '' ? 0n : (BigInt(kept) * size) / 10n ** BigInt(kept.length);
}

/** Nanoseconds as Go prints them: `1m30s`, `1.5s`, `0s`. */
export function formatDurationNanos(nanos: bigint): string {
  if (nanos === 0n) return '0s';
  const size = nanos < 0n ? -nanos : nanos;
  const text = size < 1_000_000_000n ? subSecond(size) : secondsAndMore(size);
  return nanos < 0n ? `-${text}` : text;
}

function subSecond(size: bigint): string {
  if (size < 1_000n) return `${size}ns`;
  return size < 1_000_000n ? `${decimals(size, 3)}µs` : `${decimals(size, 6)}ms`;
}

function secondsAndMore(size: bigint): string {
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimals(size % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `value / 10^digits` without trailing zeros. */
function decimals(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, '0');
  const fraction = text.slice(-digits).replace(/0+$/, '');
  const whole = text.slice(0, -digits);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Go's duration text as milliseconds; throws `DurationError`. */
export const parseDuration = (text: string): number => Number(parseDurationNanos(text)) / 1e6;

/** Milliseconds as Go's duration text. */
export const formatDuration = (milliseconds: number): string =>
  formatDurationNanos(BigInt(Math.round(milliseconds * 1e6)));
