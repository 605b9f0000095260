import { parseQuantity } from '../../quantity/parse-quantity.ts';
import { Quantity } from '../../quantity/quantity.ts';
import { type Functions, member, plain } from '../environment.ts';
import { BOOL, DOUBLE, INT, STRING, struct } from '../types.ts';
import { CelError, LibraryValue } from '../values.ts';

export const QUANTITY = struct('kubernetes.Quantity');

/** A quantity as a value. */
export class QuantityValue extends LibraryValue {
  readonly type = QUANTITY;
  readonly quantity: Quantity;
  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }
  override equals(other: LibraryValue): boolean {
    return other instanceof QuantityValue && this.quantity.equals(other.quantity);
  }
}

function read(text: string): QuantityValue {
  try {
    return new QuantityValue(parseQuantity(text));
  } catch (error) {
    throw new CelError(error instanceof Error ? error.message : String(error));
  }
}

function isQuantity(text: string): boolean {
  try {
    return read(text) !== undefined;
  } catch (error) {
    if (error instanceof CelError) return false;
    throw error;
  }
}

const MAX_INT = 2n ** 63n - 1n;

/** The whole number that a quantity is; undefined where it is none, or does not fit. */
function integer({ quantity }: QuantityValue): bigint | undefined {
  const whole = quantity.scaled(0);
  if (!Quantity.of(whole).equals(quantity)) return undefined;
  return whole > MAX_INT || whole < -MAX_INT - 1n ? undefined : whole;
}

function asInteger(value: QuantityValue): bigint {
  const whole = integer(value);
  if (whole === undefined) throw new CelError('cannot convert value to integer');
  return whole;
}

type Q = QuantityValue;

/** Quantities, such as `quantity('1.5Gi')`. */
export const QUANTITIES: Functions = {
  quantity: [plain([STRING], QUANTITY, read)],
  isQuantity: [plain([STRING], BOOL, isQuantity)],
  sign: [member([QUANTITY], INT, (a: Q) => BigInt(a.quantity.sign))],
  isGreaterThan: [member([QUANTITY, QUANTITY], BOOL, (a: Q, b: Q) => a.quantity.compare(b.quantity) > 0)],
  isLessThan: [member([QUANTITY, QUANTITY], BOOL, (a: Q, b: Q) => a.quantity.compare(b.quantity) < 0)],
  compareTo: [member([QUANTITY, QUANTITY], INT, (a: Q, b: Q) => BigInt(a.quantity.compare(b.quantity)))],
  asApproximateFloat: [member([QUANTITY], DOUBLE, (a: Q) => a.quantity.toNumber())],
  asInteger: [member([QUANTITY], INT, asInteger)],
  isInteger: [member([QUANTITY], BOOL, (a: Q) => integer(a) !== undefined)],
  add: [
    member([QUANTITY, QUANTITY], QUANTITY, (a: Q, b: Q) => new QuantityValue(a.quantity.add(b.quantity))),
    member([QUANTITY, INT], QUANTITY, (a: Q, b: bigint) => new QuantityValue(a.quantity.add(Quantity.of(b)))),
  ],
  sub: [
    member([QUANTITY, QUANTITY], QUANTITY, (a: Q, b: Q) => new QuantityValue(a.quantity.sub(b.quantity))),
    member([QUANTITY, INT], QUANTITY, (a: Q, b: bigint) => new QuantityValue(a.quantity.sub(Quantity.of(b)))),
  ],
};
