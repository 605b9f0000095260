import type { Clock } from '#base/clock.ts';

/** Clients are never told to stay away longer. */
const LONGEST_SECONDS = 32;

/** Refusals of one priority level in past seconds. */
interface History {
  past: { readonly second: number; readonly count: number }[];
  second: number;
  count: number;
  retryAfter: number;
  raisedAt: number;
}

/**
 * After how many seconds clients of a priority level are told to come again: twice as many each time that requests are
 * refused in numbers, one less in each second in which few are.
 */
export class RefusedRequests {
  readonly #clock: Clock;
  readonly #levels = new Map<string, History>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a refusal; answers the seconds to tell its client. */
  retryAfter(level: string): number {
    const second = Math.floor(this.#clock.now() / 1000);
    const history = this.#levels.get(level) ?? { past: [], second, count: 0, retryAfter: 1, raisedAt: 0 };
    this.#levels.set(level, history);
    if (second !== history.second) begin(history, second);
    history.count++;
    return history.retryAfter;
  }
}

function begin(history: History, second: number): void {
  const reach = Math.min(2 * history.retryAfter, LONGEST_SECONDS);
  history.past.push({ second: history.second, count: history.count });
  history.past = history.past.filter((each) => second - each.second <= reach);
  history.second = second;
  history.count = 0;
  adjust(history, second);
}

function adjust(history: History, second: number): void {
  const { retryAfter } = history;
  const recent = history.past.filter((each) => second - each.second <= retryAfter);
  const refused = recent.reduce((sum, { count }) => sum + count, 0);
  if (second - history.raisedAt >= retryAfter && refused >= 3 * retryAfter) {
    history.retryAfter = Math.min(2 * retryAfter, LONGEST_SECONDS);
    history.raisedAt = second;
  } else if (refused < retryAfter && retryAfter > 1) {
    history.retryAfter--;
  }
}
