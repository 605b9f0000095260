import { checkBase64 } from '#machinery/objects/base64.ts';
import { formatDurationNanos, parseDurationNanos } from '#machinery/objects/duration.ts';
import { formatMicros, formatSeconds, isZeroTime, parseMoment } from '#machinery/objects/time.ts';
import { canonicalQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { ScalarKind } from '#machinery/schema/schema.ts';
import { DecodeError } from './decode-error.ts';
import { goTimeError } from './go-time-error.ts';
import { goValueName } from './go-type.ts';

/** A JSON value of the wrong type. The message names the field, which only the caller knows. */
export class TypeMismatch extends Error {
  override readonly name = 'TypeMismatch';
  /** What was found: `string`, `number 1.5`. */
  readonly found: string;
  constructor(found: string) {
    super(found);
    this.found = found;
  }
}

/** Checks and normalises a leaf that is not null; throws `TypeMismatch`, or an error whose message is the answer. */
export type ScalarDecoder = (value: unknown) => unknown;

const mismatch = (value: unknown): never => {
  throw new TypeMismatch(goValueName(value));
};

const decodeString: ScalarDecoder = (value) => (typeof value === 'string' ? value : mismatch(value));

function decodeInt32(value: unknown): unknown {
  if (typeof value !== 'number' && typeof value !== 'bigint') return mismatch(value);
  if (typeof value === 'number' && (value | 0) === value) return value === 0 ? 0 : value;
  throw new TypeMismatch(`number ${value}`);
}

const INT64 = 2n ** 63n;

/** Integers past 2^53 are bigints, so that they are not damaged. */
function decodeInt64(value: unknown): unknown {
  if (typeof value === 'bigint') {
    if (value >= -INT64 && value < INT64) return value;
    throw new TypeMismatch(`number ${value}`);
  }
  if (typeof value !== 'number') return mismatch(value);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  throw new TypeMismatch(`number ${value}`);
}

const decodeDouble: ScalarDecoder = (value) =>
  typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : mismatch(value);

/** Types that read their own text say so without naming the field. */
function ownText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new DecodeError(`json: cannot unmarshal ${goValueName(value)} into Go value of type string`);
}

function decodeTime(value: unknown): unknown {
  const text = ownText(value);
  // The form that every Kubernetes client writes.
  const moment = parseMoment(text);
  if (moment === undefined) throw new DecodeError(goTimeError(text, { micro: false }));
  if (isZeroTime({ seconds: moment.seconds, nanos: 0 })) return null;
  return text.length === 20 && text.charCodeAt(19) === 90 ? text : formatSeconds(moment.seconds);
}

function decodeMicroTime(value: unknown): unknown {
  const text = ownText(value);
  const moment = parseMoment(text);
  if (moment === undefined || text[19] !== '.' || !/^[0-9]{6}[^0-9]/.test(text.slice(20)))
    throw new DecodeError(goTimeError(text, { micro: true }));
  return isZeroTime(moment) ? null : formatMicros(moment);
}

function decodeQuantity(value: unknown): unknown {
  if (typeof value === 'string') return canonicalQuantity(value.trim());
  return canonicalQuantity(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function decodeIntOrString(value: unknown): unknown {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && (value | 0) === value) return value;
  const found = typeof value === 'number' || typeof value === 'bigint' ? `number ${value}` : goValueName(value);
  throw new DecodeError(`json: cannot unmarshal ${found} into Go value of type int32`);
}

function decodeBytes(value: unknown): unknown {
  if (typeof value !== 'string') return mismatch(value);
  checkBase64(value);
  return /[\r\n]/.test(value) ? value.replace(/[\r\n]/g, '') : value;
}

const asIs: ScalarDecoder = (value) => value;

/** How each kind of leaf is read. */
export const SCALAR_DECODERS: Readonly<Record<ScalarKind, ScalarDecoder>> = {
  string: decodeString,
  bool: (value) => (typeof value === 'boolean' ? value : mismatch(value)),
  int32: decodeInt32,
  int64: decodeInt64,
  double: decodeDouble,
  bytes: decodeBytes,
  time: decodeTime,
  microTime: decodeMicroTime,
  duration: (value) => formatDurationNanos(parseDurationNanos(ownText(value))),
  quantity: decodeQuantity,
  intOrString: decodeIntOrString,
  rawExtension: asIs,
  fieldsV1: asIs,
  json: asIs,
};

/** The value of a leaf that must be there and is not; undefined where upstream has nothing to write either. */
export const SCALAR_ZEROS: Readonly<Record<ScalarKind, unknown>> = {
  string: '',
  bool: false,
  int32: 0,
  int64: 0,
  double: 0,
  bytes: '',
  time: undefined,
  microTime: undefined,
  duration: '0s',
  quantity: '0',
  intOrString: 0,
  rawExtension: undefined,
  fieldsV1: undefined,
  json: undefined,
};
