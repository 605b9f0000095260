import type { Clock, Timer } from '#base/clock.ts';
import { SlotSet, type Slotted } from '#base/slot-set.ts';

/** Somebody who began at a time and must not take for ever. */
export interface Waiting extends Slotted {
  /** On the clock's monotonic scale: setting the time ends nobody's. */
  readonly since: number;
  readonly expire: () => void;
}

/** Tells many that their time is over, the same time for each, with one timer for all: those who began first end first. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #waiting = new SlotSet<Waiting>();
  #timer: Timer | undefined;

  constructor(clock: Clock, milliseconds: number) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
  }

  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
    if (this.#timer === undefined) this.#arm(waiting);
  }

  /** The timer stays: setting it anew for each of many who hardly wait is what this is to spare. */
  delete(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }

  #arm({ since }: Waiting): void {
    this.#timer = this.#clock.setTimer(since + this.#milliseconds - this.#clock.monotonic(), () => this.#expire());
  }

  #expire(): void {
    this.#timer = undefined;
    const latest = this.#clock.monotonic() - this.#milliseconds;
    const byAge = this.#waiting.values().sort((a, b) => a.since - b.since);
    for (const waiting of byAge) {
      if (waiting.since > latest) return this.#arm(waiting);
      this.#waiting.delete(waiting);
      waiting.expire();
    }
  }
}
