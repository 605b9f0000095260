import { formatSeconds } from '../../objects/time.ts';

const BILLION = 1_000_000_000n;

/** `2026-01-02T03:04:05.5Z`, with as many digits as there are. */
export function momentText(nanos: bigint): string {
  const rest = ((nanos % BILLION) + BILLION) % BILLION;
  const text = formatSeconds(Number((nanos - rest) / BILLION));
  return rest === 0n ? text : `${text.slice(0, -1)}.${fraction(rest)}Z`;
}

/** Seconds: `90s`, `-0.5s`. */
export function spanText(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  const rest = size % BILLION;
  return `${nanos < 0n ? '-' : ''}${size / BILLION}${rest === 0n ? '' : `.${fraction(rest)}`}s`;
}

const fraction = (rest: bigint): string => String(rest).padStart(9, '0').replace(/0+$/, '');
