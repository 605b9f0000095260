/** The family of suffixes a quantity was written with, and is printed with again. */
export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent';

const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL_SUFFIXES: Readonly<Record<number, string>> = {
  [-9]: 'n',
  [-6]: 'u',
  [-3]: 'm',
  0: '',
  3: 'k',
  6: 'M',
  9: 'G',
  12: 'T',
  15: 'P',
  18: 'E',
};

const POWERS_OF_TEN = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent));
export const powerOfTen = (exponent: number): bigint => POWERS_OF_TEN[exponent] ?? 10n ** BigInt(exponent);

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** `value / divisor`, rounded away from zero: whoever asks for a little gets something. */
export function divideAwayFromZero(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (quotient * divisor === value) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

/**
 * An exact decimal number, `mantissa × 10^exponent`, with the suffix family it prints in. Immutable.
 * Made by `parseQuantity` or `Quantity.of`.
 */
export class Quantity {
  readonly mantissa: bigint;
  readonly exponent: number;
  readonly format: QuantityFormat;
  #text: string | undefined;
  #value: number | undefined;
  #milliValue: number | undefined;

  /** `text` is the printed form, where the caller knows it. */
  constructor(mantissa: bigint, exponent: number, format: QuantityFormat, text?: string) {
    this.mantissa = mantissa;
    this.exponent = exponent;
    this.format = format;
    this.#text = text;
  }

  /** A whole number of units. */
  static of(value: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(BigInt(value), 0, format);
  }

  /** A whole number of thousandths. */
  static ofMilli(value: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(BigInt(value), -3, format);
  }

  get isZero(): boolean {
    return this.mantissa === 0n;
  }

  get sign(): -1 | 0 | 1 {
    return this.mantissa === 0n ? 0 : this.mantissa < 0n ? -1 : 1;
  }

  /** Whole units, rounded away from zero; a double, so exact to 2^53. */
  value(): number {
    return (this.#value ??= Number(this.scaled(0)));
  }

  /** Thousandths, rounded away from zero. */
  milliValue(): number {
    return (this.#milliValue ??= Number(this.scaled(-3)));
  }

  /** The number in units of 10^scale, rounded away from zero. */
  scaled(scale: number): bigint {
    const shift = this.exponent - scale;
    return shift >= 0 ? this.mantissa * powerOfTen(shift) : divideAwayFromZero(this.mantissa, powerOfTen(-shift));
  }

  /** The nearest double. */
  toNumber(): number {
    return this.exponent === 0 ? Number(this.mantissa) : Number(`${this.mantissa}e${this.exponent}`);
  }

  /** Negative, zero or positive as this is less than, equal to or greater than `other`. */
  compare(other: Quantity): -1 | 0 | 1 {
    const [a, b] = sameExponent(this, other);
    return a === b ? 0 : a < b ? -1 : 1;
  }

  equals(other: Quantity): boolean {
    return this.compare(other) === 0;
  }

  /** The sum, in this quantity's format, or in the other's when this is zero. */
  add(other: Quantity): Quantity {
    const [a, b, exponent] = sameExponent(this, other);
    return new Quantity(a + b, exponent, this.isZero ? other.format : this.format);
  }

  sub(other: Quantity): Quantity {
    return this.add(other.negate());
  }

  negate(): Quantity {
    return new Quantity(-this.mantissa, this.exponent, this.format);
  }

  /** Canonical text: no fraction, the largest suffix that loses nothing. */
  toString(): string {
    return (this.#text ??= canonicalText(this));
  }

  toJSON(): string {
    return this.toString();
  }
}

function sameExponent(a: Quantity, b: Quantity): [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent);
  return [a.mantissa * powerOfTen(a.exponent - exponent), b.mantissa * powerOfTen(b.exponent - exponent), exponent];
}

function canonicalText(quantity: Quantity): string {
  if (quantity.isZero) return '0';
  if (quantity.format === 'BinarySI') {
    const units = quantity.scaled(0);
    const exact = quantity.exponent >= 0 || units * powerOfTen(-quantity.exponent) === quantity.mantissa;
    if (exact && magnitude(units) >= 1024n) return binaryText(units);
  }
  return decimalText(quantity);
}

function binaryText(units: bigint): string {
  let index = 0;
  let rest = units;
  while (index < BINARY_SUFFIXES.length - 1 && (rest & 1023n) === 0n) {
    rest >>= 10n;
    index++;
  }
  return `${rest}${BINARY_SUFFIXES[index]}`;
}

function decimalText({ mantissa, exponent, format }: Quantity): string {
  const limit = format === 'DecimalExponent' ? Number.POSITIVE_INFINITY : 18;
  let digits = mantissa;
  let power = exponent;
  while (digits % 10n === 0n) {
    digits /= 10n;
    power++;
  }
  // Suffixes stand for multiples of three, and there are none above E.
  const printed = Math.min(Math.floor(power / 3) * 3, limit);
  digits *= powerOfTen(power - printed);
  if (format === 'DecimalExponent') return printed === 0 ? `${digits}` : `${digits}e${printed}`;
  return `${digits}${DECIMAL_SUFFIXES[printed]}`;
}
