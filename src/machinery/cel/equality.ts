import { CelMap, Fields, isList, LibraryValue, Moment, Optional, Span, TypeValue, Uint, type Value } from './values.ts';

/** Whether two values are equal; values of unlike types are not, but numbers compare by what they are worth. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  const order = isNumber(a) && isNumber(b) ? compareNumbers(a, b) : undefined;
  if (order !== undefined) return order === 0;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]!));
  if (a instanceof CelMap) return b instanceof CelMap && equalMaps(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof Moment) return b instanceof Moment && a.nanos === b.nanos;
  if (a instanceof Span) return b instanceof Span && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.type.name === b.type.name;
  if (a instanceof Optional) return b instanceof Optional && equalOptionals(a, b);
  if (a instanceof Fields) return b instanceof Fields && a.equals(b);
  if (a instanceof LibraryValue) return b instanceof LibraryValue && a.type.name === b.type.name && a.equals(b);
  return false;
}

const equalOptionals = (a: Optional, b: Optional): boolean =>
  a.value === undefined || b.value === undefined ? a.value === b.value : equal(a.value, b.value);

function equalMaps(a: CelMap, b: CelMap): boolean {
  if (a.size !== b.size) return false;
  return a.keys().every((key) => {
    const other = b.find(key);
    return other !== undefined && equal(a.find(key)!, other);
  });
}

export type NumberValue = bigint | number | Uint;
export const isNumber = (value: Value): value is NumberValue =>
  typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;

/** Negative, zero or positive; undefined where NaN takes part. Against a double, an integer is the nearest double. */
export function compareNumbers(a: NumberValue, b: NumberValue): number | undefined {
  let [left, right] = [a instanceof Uint ? a.value : a, b instanceof Uint ? b.value : b];
  if (typeof left !== typeof right) [left, right] = [Number(left), Number(right)];
  if (Number.isNaN(left) || Number.isNaN(right)) return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    if (a[index] !== b[index]) return a[index]! - b[index]!;
  }
  return a.length - b.length;
}

/** By code points, which is also the order of UTF-8 bytes. */
export function compareText(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left === right) continue;
    const [leftHalf, rightHalf] = [isSurrogate(left), isSurrogate(right)];
    return leftHalf === rightHalf ? left - right : leftHalf ? 1 : -1;
  }
  return a.length - b.length;
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;
