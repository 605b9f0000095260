import { isNumber } from './equality.ts';
import { CelError, CelMap, Fields, isList, Optional, typeNameOf, Uint, type Value } from './values.ts';

/** `has(a.b)`. */
export function isSet(operand: Value, field: string): boolean {
  if (operand instanceof Optional) return operand.value !== undefined && isSet(operand.value, field);
  if (operand instanceof CelMap) return operand.has(field);
  if (operand instanceof Fields) return operand.get(field) !== undefined;
  throw new CelError(`no such overload`);
}

/** `a.b`. */
export function selectField(operand: Value, field: string): Value {
  if (operand instanceof Optional) return findOptional(operand.value, field);
  if (!(operand instanceof CelMap) && !(operand instanceof Fields)) throw new CelError(`no such overload`);
  return lookup(operand, field);
}

/** `a[b]`; throws where nothing lies there. */
export function lookup(operand: Value, key: Value): Value {
  if (operand instanceof Optional) return findOptional(operand.value, key);
  const value = find(operand, key);
  if (value !== undefined) return value;
  throw new CelError(isList(operand) ? `index out of bounds: ${String(indexOf(key))}` : `no such key: ${keyText(key)}`);
}

/** The same as an optional, which has none where nothing lies, or where there is nothing to look into. */
export function findOptional(operand: Value | undefined, key: Value): Optional {
  const value = operand === undefined ? undefined : find(operand, key);
  return value === undefined ? Optional.NONE : new Optional(value);
}

/** What lies under a key, index or field; undefined where nothing does. */
function find(operand: Value, key: Value): Value | undefined {
  if (operand instanceof CelMap) {
    const type = typeNameOf(key);
    if (type !== 'string' && type !== 'bool' && !(key instanceof Uint) && !isNumber(key)) {
      throw new CelError(`unsupported key type: ${type}`);
    }
    return operand.find(key);
  }
  if (operand instanceof Fields) {
    if (typeof key !== 'string') throw new CelError(`unsupported index type '${typeNameOf(key)}'`);
    return operand.get(key);
  }
  if (isList(operand)) return operand[indexOf(key)];
  throw new CelError('no such overload');
}

function indexOf(key: Value): number {
  if (typeof key === 'bigint') return Number(key);
  if (key instanceof Uint) return Number(key.value);
  if (typeof key === 'number' && Number.isInteger(key)) return key;
  throw new CelError(`unsupported index type '${typeNameOf(key)}' in list`);
}

const keyText = (key: Value): string => (key instanceof Uint ? String(key.value) : String(key));
