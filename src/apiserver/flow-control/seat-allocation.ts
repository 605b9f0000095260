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
  /** The most seats its requests occupied or waited for at a time. */
  readonly highest: number;
  /** The same, slowly forgetting. */
  readonly smoothed: number;
}

/**
 * The limits that levels get for the next while: each at least what it does not lend, or less than its nominal seats only
 * as far as it had no use for them; what is left goes to levels in proportion to their demand.
 */
export function allocateSeats(levels: readonly SeatDemand[]): number[] {
  const total = levels.reduce((all, { nominal }) => all + nominal, 0);
  const wanted = levels.map(({ nominal, lower, upper, highest, smoothed }) => {
    const least = Math.max(lower, Math.min(nominal, highest));
    return { least, upper, target: Math.max(least, smoothed, 1) };
  });
  const limits = (fraction: number) =>
    wanted.map(({ least, upper, target }) => Math.min(upper, Math.max(least, fraction * target)));
  let low = 0;
  let high = 1;
  while (sumOf(limits(high)) < total && high < total * 2) high *= 2;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (sumOf(limits(middle)) > total) high = middle;
    else low = middle;
  }
  return limits(low).map((limit) => Math.max(1, Math.floor(limit + 1e-6)));
}

const sumOf = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
