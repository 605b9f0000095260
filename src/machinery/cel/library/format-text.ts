import { CelError, CelMap, isList, Moment, Span, TypeValue, typeNameOf, Uint, type Value } from '../values.ts';
import { doubleText } from './double-text.ts';
import { momentText, spanText } from './time-text.ts';

const CLAUSE = /%(?:%|(?:\.([0-9]+))?(.))/gsu;

/** `'%s has %d'.format(['a', 1])`. */
export function formatText(text: string, args: readonly Value[]): string {
  let next = 0;
  return text.replace(CLAUSE, (all, precision: string | undefined, verb: string | undefined) => {
    if (all === '%%') return '%';
    const value = args[next];
    if (value === undefined) throw new CelError(`index ${next} out of range`);
    next++;
    return clause(verb!, value, precision === undefined ? undefined : Number(precision));
  });
}

function clause(verb: string, value: Value, precision: number | undefined): string {
  switch (verb) {
    case 's':
      return shown(value);
    case 'd':
      return decimal(value);
    case 'f':
      return fixed(value, precision ?? 6);
    case 'e':
      return exponential(value, precision ?? 6);
    case 'b':
      return radix(value, 2, verb);
    case 'o':
      return radix(value, 8, verb);
    case 'x':
    case 'X':
      return hexadecimal(value, verb);
  }
  throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
}

function shown(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? doubleText(value) : infinite(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof Moment) return momentText(value.nanos);
  if (value instanceof Span) return spanText(value.nanos);
  if (value instanceof TypeValue) return value.type.name;
  if (isList(value)) return `[${value.map(shown).join(', ')}]`;
  if (value instanceof CelMap) {
    const entries = value.keys().map((key) => `${shown(key)}: ${shown(value.find(key)!)}`);
    return `{${entries.sort().join(', ')}}`;
  }
  return String(value);
}

function decimal(value: Value): string {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint) return String(value.value);
  if (typeof value === 'number' && !Number.isFinite(value)) return infinite(value);
  throw wrongType('decimal', value);
}

const infinite = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity');

const toDouble = (value: Value, what: string): number => {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  throw wrongType(what, value);
};

function fixed(value: Value, precision: number): string {
  const number = toDouble(value, 'fixed-point');
  return Number.isFinite(number) ? number.toFixed(precision) : infinite(number);
}

function exponential(value: Value, precision: number): string {
  const number = toDouble(value, 'scientific');
  if (!Number.isFinite(number)) return infinite(number);
  return number.toExponential(precision).replace(/e([-+])(\d)$/, 'e$10$2');
}

function radix(value: Value, base: number, verb: string): string {
  if (typeof value === 'boolean' && base === 2) return value ? '1' : '0';
  if (typeof value === 'bigint') return value.toString(base);
  if (value instanceof Uint) return value.value.toString(base);
  throw wrongType(verb === 'b' ? 'binary' : 'octal', value);
}

function hexadecimal(value: Value, verb: string): string {
  const text = hexText(value);
  return verb === 'X' ? text.toUpperCase() : text;
}

function hexText(value: Value): string {
  if (typeof value === 'bigint') return value.toString(16);
  if (value instanceof Uint) return value.value.toString(16);
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  if (!(bytes instanceof Uint8Array)) throw wrongType('hex', value);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const wrongType = (what: string, value: Value): CelError =>
  new CelError(`error during formatting: ${what} clause can only be used on integers, was given ${typeNameOf(value)}`);
