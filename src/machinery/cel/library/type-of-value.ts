import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  STRING,
  TIMESTAMP,
  TYPE,
  UINT,
} from '../types.ts';
import { CelMap, isList, Moment, Optional, Span, TypeValue, Uint, type Value } from '../values.ts';

/** What `type(x)` gives. */
export function typeOfValue(value: Value): CelType {
  if (value === null) return NULL;
  if (typeof value === 'string') return STRING;
  if (typeof value === 'bigint') return INT;
  if (typeof value === 'number') return DOUBLE;
  if (typeof value === 'boolean') return BOOL;
  if (isList(value)) return listOf(DYN);
  if (value instanceof CelMap) return mapOf(DYN, DYN);
  if (value instanceof Uint) return UINT;
  if (value instanceof Uint8Array) return BYTES;
  if (value instanceof Moment) return TIMESTAMP;
  if (value instanceof Span) return DURATION;
  if (value instanceof TypeValue) return TYPE;
  if (value instanceof Optional) return optionalOf(DYN);
  return value.type;
}
