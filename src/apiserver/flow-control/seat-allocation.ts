/** What a priority level is entitled to, in seats. */
export interface SeatBounds {
  /** Its share while everybody wants all of theirs. */
  readonly nominal: number;
  /** What it keeps whatever others need. */
  readonly lower: number;
  /** The most it may have, with what it borrows. */
  readonly upper: number;
}

export interface SeatShares {
  readonly shares: number;
  readonly lendablePercent: number;
  /** Of the nominal seats; undefined means no limit. */
  readonly borrowingLimitPercent: number | undefined;
}

/** Divides the server's seats by shares; nobody with a share gets less than one seat, hence rounding up. */
export function seatBounds(levels: readonly SeatShares[], total: number): SeatBounds[] {
  const sum = levels.reduce((all, { shares }) => all + shares, 0);
  return levels.map(({ shares, lendablePercent, borrowingLimitPercent }) => {
    const nominal = sum === 0 ? 0 : Math.ceil((total * shares) / sum);
    const lendable = Math.round((nominal * lendablePercent) / 100);
    const borrowing = borrowingLimitPercent === undefined ? total : Math.round((nominal * borrowingLimitPercent) / 100);
    return { nominal, lower: nominal - lendable, upper: nominal + borrowing };
  });
}

/** What a level had use for in the last while. */
export interface SeatDemand extends SeatBounds {
  /** Whether its requests are never held back. */
  readonly isExempt: boolean;
  /** The most seats its requests occupied or waited for at a time. */
  readonly highest: number;
  /** How many they usually were, slowly forgetting. */
  readonly smoothed: number;
  /** What it has now. */
  readonly current: number;
}

/** No level wants less than this. */
const LEAST_TARGET = 0.001;
const EPSILON = 1e-7;

/**
 * What levels get for the next while. Exempt ones have what they used; each other at least what it does not lend, or
 * less than its nominal seats only as far as it had no use for them. What is left goes to levels in proportion to their
 * demand, within their bounds.
 */
export function allocateSeats(levels: readonly SeatDemand[]): number[] {
  const total = sumOf(levels.map(({ nominal }) => nominal));
  const limited = levels.filter(({ isExempt }) => !isExempt);
  const left = total - sumOf(levels.filter(({ isExempt }) => isExempt).map(usedByExempt));
  const kept = sumOf(limited.map(({ lower }) => lower));
  const wanted = sumOf(limited.map(leastOf));
  const divide = () => {
    if (left <= kept) return limited.map(({ lower }) => lower);
    if (left > wanted) return inProportion(limited, total);
    const fraction = (left - kept) / (wanted - kept);
    return limited.map((level) => level.lower + Math.round((leastOf(level) - level.lower) * fraction));
  };
  const limits = divide();
  return levels.map((level) => (level.isExempt ? usedByExempt(level) : (limits.shift() as number)));
}

const usedByExempt = ({ lower, highest }: SeatDemand) => Math.max(lower, highest);
const leastOf = ({ lower, nominal, highest }: SeatDemand) => Math.max(lower, Math.min(nominal, highest));

/** The one fraction of all targets that, kept within the bounds, adds up to the total; what there is now where there is none. */
function inProportion(levels: readonly SeatDemand[], total: number): number[] {
  const items = levels.map((level) => {
    const least = leastOf(level);
    return { least, upper: level.upper, target: Math.max(least, level.smoothed, LEAST_TARGET) };
  });
  const isPossible =
    sumOf(items.map(({ least }) => least)) <= total + EPSILON &&
    sumOf(items.map(({ upper }) => upper)) >= total - EPSILON;
  if (!isPossible) return levels.map(({ current }) => current);
  const limits = (fraction: number) =>
    items.map(({ least, upper, target }) => Math.max(least, Math.min(upper, fraction * target)));
  let low = 0;
  let high = 1;
  while (sumOf(limits(high)) < total - EPSILON) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (sumOf(limits(middle)) > total) high = middle;
    else low = middle;
  }
  return limits(high).map((limit) => Math.round(limit));
}

const sumOf = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
