import { type Clock, sleepWith, type Timer } from '#base/clock.ts';

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that a test moves: `advance` fires what falls due on the way, in order. */
export class VirtualClock implements Clock {
  readonly #start: number;
  #elapsed = 0;
  readonly #pending = new Set<Pending>();

  /** `start` in milliseconds since the epoch. */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(milliseconds: number, callback: () => void): Timer {
    const pending = { at: this.#elapsed + Math.max(0, milliseconds), callback };
    this.#pending.add(pending);
    return { cancel: () => this.#pending.delete(pending) };
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return sleepWith(this, milliseconds, signal);
  }

  /** Moves time on. Work that timers set off runs when the caller next waits. */
  advance(milliseconds: number): void {
    const end = this.#elapsed + milliseconds;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#pending.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.callback();
    }
    this.#elapsed = end;
  }

  #next(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#pending) if (pending.at <= end && (!first || pending.at < first.at)) first = pending;
    return first;
  }
}
