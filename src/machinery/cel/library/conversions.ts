import { DurationError, parseDurationNanos } from '../../objects/duration.ts';
import { parseMoment } from '../../objects/time.ts';
import { type Functions, plain } from '../environment.ts';
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, parameter, STRING, TIMESTAMP, typeOf, UINT } from '../types.ts';
import { CelError, type Moment, Span, TypeValue, Uint, type Value } from '../values.ts';
import { doubleText } from './double-text.ts';
import { checkedInt, checkedMoment, checkedSpan, checkedUint, doubleToInt } from './ranges.ts';
import { momentText, spanText } from './time-text.ts';
import { typeOfValue } from './type-of-value.ts';

const A = parameter('A');
const identity = (value: Value): Value => value;
const BILLION = 1_000_000_000n;

function parseNumber<T>(text: string, to: string, read: (text: string) => T | undefined): T {
  const value = read(text);
  if (value === undefined) throw new CelError(`type conversion error from 'string' to '${to}'`);
  return value;
}

const readBool = (text: string): boolean | undefined => {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text) ? false : undefined;
};

const readInteger = (text: string): bigint | undefined =>
  /^[-+]?[0-9]+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;

function readDouble(text: string): number | undefined {
  const special = /^([-+]?)(inf|infinity)$/i.exec(text);
  if (special !== null) return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  return /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(text) ? Number(text) : undefined;
}

function readDuration(text: string): Span {
  try {
    return new Span(parseDurationNanos(text));
  } catch (error) {
    if (error instanceof DurationError)
      throw new CelError(`type conversion error from 'string' to 'google.protobuf.Duration'`);
    throw error;
  }
}

export function readTimestamp(text: string): Moment {
  const moment = parseMoment(text);
  if (moment === undefined) throw new CelError(`type conversion error from 'string' to 'google.protobuf.Timestamp'`);
  return checkedMoment(BigInt(moment.seconds) * BILLION + BigInt(moment.nanos));
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

/** From one type to another. */
export const CONVERSIONS: Functions = {
  dyn: [plain([A], DYN, identity)],
  type: [plain([A], typeOf(A), (value: Value) => new TypeValue(typeOfValue(value)))],
  bool: [plain([BOOL], BOOL, identity), plain([STRING], BOOL, (text: string) => parseNumber(text, 'bool', readBool))],
  bytes: [plain([BYTES], BYTES, identity), plain([STRING], BYTES, (text: string) => new TextEncoder().encode(text))],
  double: [
    plain([DOUBLE], DOUBLE, identity),
    plain([INT], DOUBLE, Number as (value: bigint) => number),
    plain([UINT], DOUBLE, (value: Uint) => Number(value.value)),
    plain([STRING], DOUBLE, (text: string) => parseNumber(text, 'double', readDouble)),
  ],
  duration: [
    plain([DURATION], DURATION, identity),
    plain([INT], DURATION, (nanos: bigint) => checkedSpan(nanos)),
    plain([STRING], DURATION, readDuration),
  ],
  int: [
    plain([INT], INT, identity),
    plain([UINT], INT, (value: Uint) => checkedInt(value.value, 'integer')),
    plain([DOUBLE], INT, doubleToInt),
    plain([STRING], INT, (text: string) => checkedInt(parseNumber(text, 'int', readInteger), 'integer')),
    plain([TIMESTAMP], INT, (moment: Moment) => floorSeconds(moment.nanos)),
    plain([DURATION], INT, (span: Span) => span.nanos),
  ],
  uint: [
    plain([UINT], UINT, identity),
    plain([INT], UINT, (value: bigint) => checkedUint(value, 'integer')),
    plain([DOUBLE], UINT, (value: number) => {
      if (!(value >= 0 && value < 2 ** 64)) throw new CelError('unsigned integer overflow');
      return new Uint(BigInt(Math.trunc(value)));
    }),
    plain([STRING], UINT, (text: string) => checkedUint(parseNumber(text, 'uint', readInteger), 'integer')),
  ],
  string: [
    plain([STRING], STRING, identity),
    plain([BOOL], STRING, String),
    plain([BYTES], STRING, decodeText),
    plain([DOUBLE], STRING, doubleText),
    plain([INT], STRING, String),
    plain([UINT], STRING, (value: Uint) => String(value.value)),
    plain([TIMESTAMP], STRING, (moment: Moment) => momentText(moment.nanos)),
    plain([DURATION], STRING, (span: Span) => spanText(span.nanos)),
  ],
  timestamp: [
    plain([TIMESTAMP], TIMESTAMP, identity),
    plain([INT], TIMESTAMP, (seconds: bigint) => checkedMoment(seconds * BILLION)),
    plain([STRING], TIMESTAMP, readTimestamp),
  ],
};

const floorSeconds = (nanos: bigint): bigint =>
  nanos < 0n && nanos % BILLION !== 0n ? nanos / BILLION - 1n : nanos / BILLION;
