import type { Clock, Timer } from '#base/clock.ts';

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** The first wait after a failure, doubled with each further one. Upstream's defaults: 5 ms to 1,000 s. */
  readonly firstRetryMs?: number;
  readonly lastRetryMs?: number;
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
  readonly #timers = new Map<string, { readonly at: number; readonly timer: Timer }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#firstRetryMs = options.firstRetryMs ?? 5;
    this.#lastRetryMs = options.lastRetryMs ?? 1_000_000;
  }

  /** Keys waiting for a worker, without those that wait for a time. */
  get length(): number {
    return this.#queued.size;
  }

  /** Whether nothing is queued, delayed or being worked on. */
  get idle(): boolean {
    return this.#queued.size === 0 && this.#working.size === 0 && this.#timers.size === 0;
  }

  add(key: string): void {
    if (this.#closed) return;
    if (this.#working.has(key)) {
      this.#dirty.add(key);
      return;
    }
    if (this.#queued.has(key)) return;
    const taker = this.#takers.shift();
    if (taker) {
      this.#working.add(key);
      taker(key);
    } else this.#queued.add(key);
  }

  /** Adds a key after a time; of several times the earliest holds. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#closed) return;
    if (milliseconds <= 0) return this.add(key);
    const at = this.#clock.monotonic() + milliseconds;
    const waiting = this.#timers.get(key);
    if (waiting && waiting.at <= at) return;
    waiting?.timer.cancel();
    const timer = this.#clock.setTimer(milliseconds, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { at, timer });
  }

  /** Adds a key after a wait that grows with every failure since `forget`. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
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
    for (const key of this.#queued) {
      this.#queued.delete(key);
      this.#working.add(key);
      return Promise.resolve(key);
    }
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  done(key: string): void {
    this.#working.delete(key);
    if (this.#dirty.delete(key)) this.add(key);
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
