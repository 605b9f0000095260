import { type Clock, sleepWith, type Timer } from '#base/clock.ts';
import { Heap } from '#base/heap.ts';

interface Pending {
  readonly at: number;
  /** What was asked for first comes first among those of one time. */
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that a test moves: `advance` fires what falls due on the way, in order. */
export class VirtualClock implements Clock {
  readonly #start: number;
  readonly #pending = new Heap<Pending>(
    (a, b) => a.at - b.at || a.order - b.order,
    ({ order }) => String(order),
  );
  #elapsed = 0;
  #orders = 0;

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

  /** When the next timer falls due, on the scale of `monotonic`; undefined when there is none. */
  get next(): number | undefined {
    return this.#pending.peek()?.at;
  }

  /** How many timers were ever set. */
  get timers(): number {
    return this.#orders;
  }

  setTimer(milliseconds: number, callback: () => void): Timer {
    const pending = { at: this.#elapsed + Math.max(0, milliseconds), order: ++this.#orders, callback };
    this.#pending.set(pending);
    return { cancel: () => void this.#pending.delete(String(pending.order)) };
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return sleepWith(this, milliseconds, signal);
  }

  /** Moves time on. Work that timers set off runs when the caller next waits. */
  advance(milliseconds: number): void {
    const end = this.#elapsed + milliseconds;
    for (let next = this.#pending.peek(); next !== undefined && next.at <= end; next = this.#pending.peek()) {
      this.#pending.pop();
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.callback();
    }
    this.#elapsed = end;
  }
}
