import { divideAwayFromZero, powerOfTen, Quantity, type QuantityFormat } from './quantity.ts';

/** A text that is no quantity. The message is the one that clients see. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const FORMAT_MESSAGE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX_MESSAGE = "unable to parse quantity's suffix";

/** Beyond this the numbers could not be handled in bounded time. */
const MAX_EXPONENT = 1000;
const MAX_DIGITS = 1000;
const MAX_BINARY = 2n ** 63n - 1n;
const NANO = -9;

// Texts repeat endlessly across objects; an instance is immutable, so it is shared.
const MEMO_SIZE = 4096;
const memo = new Map<string, Quantity>();

/** Reads a quantity; throws `QuantityError`. Instances are shared between equal texts. */
export function parseQuantity(text: string): Quantity {
  const known = memo.get(text);
  if (known !== undefined) return known;
  const quantity = parse(text);
  if (memo.size >= MEMO_SIZE) memo.clear();
  if (text.length <= 32) memo.set(text, quantity);
  return quantity;
}

/** The canonical form of a text; throws `QuantityError`. */
export const canonicalQuantity = (text: string): string => parseQuantity(text).toString();

/** What follows digits is no digit: each text is read in one way only, hence in linear time. */
const PATTERN = /^([+-]?)([0-9]*)(?![0-9])(?:\.([0-9]*)(?![0-9]))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

function parse(text: string): Quantity {
  if (text === '') throw new QuantityError(FORMAT_MESSAGE);
  const parts = PATTERN.exec(text);
  if (parts === null) throw new QuantityError(FORMAT_MESSAGE);
  const whole = parts[2]!.replace(/^0+/, '');
  const fraction = parts[3] ?? '';
  const suffix = readSuffix(parts[4]!);
  if (whole.length + fraction.length > MAX_DIGITS) throw new QuantityError('unable to parse numeric part of quantity');
  const digits = BigInt(`0${whole}${fraction}`);
  const exact = new Quantity(
    (parts[1] === '-' ? -digits : digits) * suffix.factor,
    suffix.exponent - fraction.length,
    suffix.format,
  );
  const bounded = bound(exact);
  return bounded === exact && isCanonical(text, whole + fraction, exact) ? keepText(exact, text) : bounded;
}

interface Suffix {
  readonly factor: bigint;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

const decimal = (exponent: number): Suffix => ({ factor: 1n, exponent, format: 'DecimalSI' });
const binary = (power: number): Suffix => ({ factor: 2n ** BigInt(power), exponent: 0, format: 'BinarySI' });

const SUFFIXES: ReadonlyMap<string, Suffix> = new Map([
  ['', decimal(0)],
  ['n', decimal(-9)],
  ['u', decimal(-6)],
  ['m', decimal(-3)],
  ['k', decimal(3)],
  ['M', decimal(6)],
  ['G', decimal(9)],
  ['T', decimal(12)],
  ['P', decimal(15)],
  ['E', decimal(18)],
  ['Ki', binary(10)],
  ['Mi', binary(20)],
  ['Gi', binary(30)],
  ['Ti', binary(40)],
  ['Pi', binary(50)],
  ['Ei', binary(60)],
]);

function readSuffix(text: string): Suffix {
  const known = SUFFIXES.get(text);
  if (known !== undefined) return known;
  if (!/^[eE][-+]?[0-9]+$/.test(text)) throw new QuantityError(SUFFIX_MESSAGE);
  const exponent = Number(text.slice(1));
  if (Math.abs(exponent) > MAX_EXPONENT) throw new QuantityError(SUFFIX_MESSAGE);
  return { factor: 1n, exponent, format: 'DecimalExponent' };
}

/** Nothing is finer than a billionth, and binary quantities end at 2^63-1. */
function bound(quantity: Quantity): Quantity {
  const { mantissa, exponent, format } = quantity;
  if (exponent < NANO) {
    const nanos = divideAwayFromZero(mantissa, powerOfTen(NANO - exponent));
    return bound(new Quantity(nanos, NANO, format));
  }
  if (format !== 'BinarySI') return quantity;
  if (mantissa > MAX_BINARY * powerOfTen(Math.max(0, -exponent))) return new Quantity(MAX_BINARY, 0, format);
  if (mantissa < -MAX_BINARY * powerOfTen(Math.max(0, -exponent))) return new Quantity(-MAX_BINARY, 0, format);
  const isFraction = mantissa > 0n && exponent < 0 && mantissa < powerOfTen(-exponent);
  return isFraction ? new Quantity(mantissa, exponent, 'DecimalSI') : quantity;
}

/** Upstream keeps these texts as they were written, even where the canonical form would be shorter. */
function isCanonical(text: string, digits: string, quantity: Quantity): boolean {
  if (digits === '' || digits.length > 15) return false;
  if (quantity.format === 'BinarySI')
    return !text.includes('.') && (BigInt(digits) & 7n) !== 0n && fitsFastPath(text, digits);
  return quantity.exponent % 3 === 0 && !digits.endsWith('000') && !startsWithZero(text);
}

/** Whether the whole part of the number is zero. */
const startsWithZero = (text: string): boolean => /^[+-]?0*(\.|$|[a-zA-Z])/.test(text);

/** Upstream's estimate of whether a binary number can be multiplied without overflow. */
function fitsFastPath(text: string, digits: string): boolean {
  const power = 'KMGTPE'.indexOf(text.at(-2)!) + 1;
  return 15 - digits.length - Math.trunc((power * 10 * 3) / 10) - 1 >= 0;
}

const keepText = ({ mantissa, exponent, format }: Quantity, text: string): Quantity =>
  new Quantity(mantissa, exponent, format, text);

/** Whether a text is a quantity at all. */
export function isQuantity(text: string): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}
