import { CelError, Moment, Span, Uint } from '../values.ts';

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_UINT = 2n ** 64n - 1n;
const FIRST_MOMENT = -62_135_596_800n * 1_000_000_000n;
const LAST_MOMENT = 253_402_300_799n * 1_000_000_000n + 999_999_999n;

/** An integer that 64 bits hold; otherwise an error that says what overflowed. */
export function checkedInt(value: bigint, what: string): bigint {
  if (value > MAX_INT || value < MIN_INT) throw new CelError(`${what} overflow`);
  return value;
}

export function checkedUint(value: bigint, what: string): Uint {
  if (value < 0n || value > MAX_UINT) throw new CelError(`unsigned ${what} overflow`);
  return new Uint(value);
}

export function checkedSpan(nanos: bigint): Span {
  if (nanos > MAX_INT || nanos < MIN_INT) throw new CelError('duration overflow');
  return new Span(nanos);
}

/** Timestamps are of the years 1 to 9999. */
export function checkedMoment(nanos: bigint): Moment {
  if (nanos < FIRST_MOMENT || nanos > LAST_MOMENT) throw new CelError('timestamp overflow');
  return new Moment(nanos);
}

export const addMoment = (moment: Moment, nanos: bigint): Moment => checkedMoment(moment.nanos + nanos);

/** Towards zero; an error where 64 bits do not hold it. */
export function doubleToInt(value: number): bigint {
  if (!Number.isFinite(value) || value >= 2 ** 63 || value <= -(2 ** 63)) throw new CelError('integer overflow');
  return BigInt(Math.trunc(value));
}
