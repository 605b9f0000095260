import type { Clock, Timer } from '#base/clock.ts';

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** The first wait after a failure, doubled with each further one. Upstream's defaults: 5 ms to 1,000 s. */
  readonly firstRetryMs?: number;
  readonly lastRetryMs?: number;
  /** Is told what the queue does. */
  readonly observer?: WorkQueueObserver;
}

/** Measures a queue; times in seconds. */
export interface WorkQueueObserver {
  /** A key came in; `depth` keys wait now. */
  added(depth: number): void;
  /** A worker took a key that had waited. */
  taken(depth: number, waited: number): void;
  /** A worker is done with a key. */
  done(worked: number): void;
  /** A key is to be tried again. */
  retried(): void;
}

/**
 * Keys that want work. A key is queued once however often it is added, never worked on by two workers, and worked on
 * again when it was added meanwhile.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #firstRetryMs: number;
  readonly #lastRetryMs: number;
  readonly #queued = new Set<string>();
  readonly #working = new Set<string>();
  readonly #dirty = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { readonly at: number; readonly wait: number; readonly timer: Timer }>();
  readonly #observer: WorkQueueObserver | undefined;
  /** When a key came in, or since when it is worked on; kept for the observer. */
  readonly #since = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#firstRetryMs = options.firstRetryMs ?? 5;
    this.#lastRetryMs = options.lastRetryMs ?? 1_000_000;
    this.#observer = options.observer;
  }

  /** Keys waiting for a worker, without those that wait for a time. */
  get length(): number {
    return this.#queued.size;
  }

  /** Whether nothing is queued, delayed or being worked on. */
  get idle(): boolean {
    return this.#queued.size === 0 && this.#working.size === 0 && this.#timers.size === 0;
  }

  /** For how many seconds keys have been worked on that are not done, altogether and the longest of them; for the observer. */
  underWay(): { readonly total: number; readonly longest: number } {
    let [total, longest] = [0, 0];
    for (const key of this.#working) {
      const seconds = this.#secondsSince(key);
      total += seconds;
      longest = Math.max(longest, seconds);
    }
    return { total, longest };
  }

  add(key: string): void {
    if (this.#closed) return;
    if (this.#working.has(key)) {
      this.#dirty.add(key);
      return;
    }
    if (this.#queued.has(key)) return;
    this.#queued.add(key);
    if (this.#observer) {
      this.#since.set(key, this.#clock.monotonic());
      this.#observer.added(this.#queued.size);
    }
    const taker = this.#takers.shift();
    if (taker) taker(this.#begin(key));
  }

  /** Adds a key after a time; of several times the earliest holds. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#closed) return;
    if (milliseconds <= 0) return this.add(key);
    const waiting = this.#timers.get(key);
    // What was to wait no longer, and began before, is due before: keys that gather changes are added by the thousand.
    if (waiting && waiting.wait <= milliseconds) return;
    const at = this.#clock.monotonic() + milliseconds;
    if (waiting && waiting.at <= at) return;
    waiting?.timer.cancel();
    const timer = this.#clock.setTimer(milliseconds, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { at, wait: milliseconds, timer });
  }

  /** Adds a key after a wait that grows with every failure since `forget`. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#observer?.retried();
    this.addAfter(key, Math.min(this.#firstRetryMs * 2 ** failures, this.#lastRetryMs));
  }

  /** The key's work succeeded: its next failure waits as the first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key, or undefined when the queue is closed. Every key taken must be given to `done`. */
  take(): Promise<string | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    for (const key of this.#queued) return Promise.resolve(this.#begin(key));
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  done(key: string): void {
    this.#working.delete(key);
    this.#observer?.done(this.#secondsSince(key));
    this.#since.delete(key);
    if (this.#dirty.delete(key)) this.add(key);
  }

  #begin(key: string): string {
    this.#queued.delete(key);
    this.#working.add(key);
    if (this.#observer) {
      this.#observer.taken(this.#queued.size, this.#secondsSince(key));
      this.#since.set(key, this.#clock.monotonic());
    }
    return key;
  }

  #secondsSince(key: string): number {
    const now = this.#clock.monotonic();
    return (now - (this.#since.get(key) ?? now)) / 1000;
  }

  /** Ends all waiting takers; what is queued is dropped. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#queued.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }
}
