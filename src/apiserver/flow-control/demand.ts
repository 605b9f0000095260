/** What was wanted in some time. */
export interface Demand {
  /** The most at a time. */
  readonly highest: number;
  readonly average: number;
  readonly deviation: number;
  readonly milliseconds: number;
}

/** Follows how many seats are wanted over time. */
export class DemandMeter {
  #at: number;
  #begin: number;
  #sum = 0;
  #squares = 0;
  #highest = 0;

  constructor(now: number) {
    this.#at = now;
    this.#begin = now;
  }

  /** So many were wanted since the last call. */
  advance(now: number, wanted: number): void {
    const passed = now - this.#at;
    this.#at = now;
    this.#sum += passed * wanted;
    this.#squares += passed * wanted * wanted;
  }

  /** So many are wanted from now on. */
  note(wanted: number): void {
    this.#highest = Math.max(this.#highest, wanted);
  }

  /** What was wanted since the last call; `wanted` is so now. */
  take(now: number, wanted: number): Demand {
    this.advance(now, wanted);
    const milliseconds = now - this.#begin;
    const average = milliseconds > 0 ? this.#sum / milliseconds : wanted;
    const variance = milliseconds > 0 ? this.#squares / milliseconds - average * average : 0;
    const demand = { highest: this.#highest, average, deviation: Math.sqrt(Math.max(0, variance)), milliseconds };
    this.#begin = now;
    this.#sum = 0;
    this.#squares = 0;
    this.#highest = wanted;
    return demand;
  }
}

/** What of an old demand is left after one more while. */
const SMOOTHING = 0.977;

/** The usual demand: it follows a higher one at once, and a lower one slowly. */
export function smoothed(before: number, { average, deviation, milliseconds }: Demand): number {
  if (milliseconds <= 0) return before;
  const envelope = average + deviation;
  return Math.max(envelope, SMOOTHING * before + (1 - SMOOTHING) * envelope);
}
