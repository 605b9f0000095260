import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { Quantity } from '#machinery/quantity/quantity.ts';

/** Amounts by resource name. */
export type Amounts = ReadonlyMap<string, Quantity>;

/** As objects hold them. */
export type AmountTexts = Readonly<Record<string, string>>;

export const ONE = Quantity.of(1);
export const ZERO = Quantity.of(0);

export const readAmounts = (texts: AmountTexts | undefined): Amounts =>
  new Map(Object.entries(texts ?? {}).map(([name, text]) => [name, parseQuantity(text)]));

export const writeAmounts = (amounts: Amounts): Record<string, string> =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, amount.toString()]));

/** The amounts of those names that are in `names`. */
export const mask = (amounts: Amounts, names: Iterable<string>): Amounts => {
  const kept = new Set(names);
  return new Map([...amounts].filter(([name]) => kept.has(name)));
};

export function addAmounts(a: Amounts, b: Amounts): Amounts {
  const sum = new Map(a);
  for (const [name, amount] of b) sum.set(name, sum.get(name)?.add(amount) ?? amount);
  return sum;
}

/** What `a` has more than `b`, never below zero. */
export function subtractAmounts(a: Amounts, b: Amounts): Amounts {
  const rest = (name: string, amount: Quantity) => {
    const less = b.get(name);
    const left = less === undefined ? amount : amount.sub(less);
    return left.sign < 0 ? ZERO : left;
  };
  return new Map([...a].map(([name, amount]) => [name, rest(name, amount)]));
}

/** The larger amount of each name. */
export function maxAmounts(a: Amounts, b: Amounts): Amounts {
  const max = new Map(a);
  for (const [name, amount] of b) {
    const other = max.get(name);
    if (other === undefined || other.compare(amount) < 0) max.set(name, amount);
  }
  return max;
}

export const withoutZeros = (amounts: Amounts): Amounts => new Map([...amounts].filter(([, amount]) => !amount.isZero));

/** Names whose amount is more than `limits` allows; names without a limit may be any. */
export const namesBeyond = (amounts: Amounts, limits: Amounts): string[] =>
  [...amounts].filter(([name, amount]) => (limits.get(name)?.compare(amount) ?? 0) < 0).map(([name]) => name);

/** `cpu=1,pods=2`, by name. */
export const printAmounts = (amounts: Amounts): string =>
  [...amounts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => `${name}=${amount}`)
    .join(',');
