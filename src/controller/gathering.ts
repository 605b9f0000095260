import type { Clock, Timer } from '#base/clock.ts';

/** A key to which nothing has happened for so long need not wait any longer. */
const QUIET_MS = 20;

/**
 * Lets what happens to keys gather: a key comes out, once, when it has been quiet for a while, or has waited long enough.
 * It comes out at most some milliseconds after the last thing has happened to it, however often things happen.
 */
export class Gathering {
  readonly #clock: Clock;
  readonly #out: (key: string) => void;
  readonly #waiting = new Map<string, { until: number; isQuiet: boolean; timer?: Timer }>();

  constructor(clock: Clock, out: (key: string) => void) {
    this.#clock = clock;
    this.#out = out;
  }

  /** Something has happened to a key, which may wait for `milliseconds`. */
  add(key: string, milliseconds: number): void {
    const waiting = this.#waiting.get(key);
    if (waiting) {
      waiting.isQuiet = false;
      return;
    }
    this.#waiting.set(key, { until: this.#clock.monotonic() + milliseconds, isQuiet: true });
    this.#look(key, Math.min(milliseconds, QUIET_MS));
  }

  #look(key: string, afterMs: number): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    waiting.timer = this.#clock.setTimer(afterMs, () => {
      const left = waiting.until - this.#clock.monotonic();
      if (!waiting.isQuiet && left > 0) {
        waiting.isQuiet = true;
        return this.#look(key, Math.min(left, QUIET_MS));
      }
      this.#waiting.delete(key);
      this.#out(key);
    });
  }

  /** What waits is dropped. */
  close(): void {
    for (const { timer } of this.#waiting.values()) timer?.cancel();
    this.#waiting.clear();
  }
}
