import type { Clock } from '#base/clock.ts';

interface Entry {
  delayMs: number;
  lastUpdate: number;
}

export interface BackOffOptions {
  readonly clock: Clock;
  readonly initialMs: number;
  readonly maxMs: number;
}

/**
 * Growing delays by key: the first failure is free, then `initialMs` doubling to `maxMs`. A key that has not failed for
 * twice the maximum starts anew.
 */
export class BackOff {
  readonly #options: BackOffOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: BackOffOptions) {
    this.#options = options;
  }

  /** Milliseconds left before `key` may be tried again, counted from the event at `since`; 0 when it may be now. */
  remaining(key: string, since: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#hasExpired(entry, since)) return 0;
    return Math.max(0, since + entry.delayMs - this.#options.clock.now());
  }

  /** The delay that holds for `key`, in milliseconds. */
  delay(key: string): number {
    return this.#entries.get(key)?.delayMs ?? 0;
  }

  /** Notes a try that follows the event at `since`, so that the next one waits longer. */
  next(key: string, since: number): void {
    const entry = this.#entries.get(key);
    const { initialMs, maxMs, clock } = this.#options;
    const delayMs =
      entry === undefined || this.#hasExpired(entry, since) ? initialMs : Math.min(entry.delayMs * 2, maxMs);
    this.#entries.set(key, { delayMs, lastUpdate: clock.now() });
  }

  /** The moment of the last `next` of a key; 0 when there was none. */
  lastUpdate(key: string): number {
    return this.#entries.get(key)?.lastUpdate ?? 0;
  }

  /** Forgets every key that starts with `prefix`. */
  forget(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }

  #hasExpired(entry: Entry, at: number): boolean {
    return at - entry.lastUpdate > this.#options.maxMs * 2;
  }
}
