import { Bag } from '#base/bag.ts';
import type { Clock, Timer } from '#base/clock.ts';

/** Somebody who began at a time and must not take for ever. */
export interface Waiting {
  /** On the clock's monotonic scale: setting the time ends nobody's. */
  readonly since: number;
  readonly expire: () => void;
}

/** Tells many that their time is over, the same time for each, with one timer for all: those who began first end first. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #waiting = new Bag<Waiting>();
  #timer: Timer | undefined;

  constructor(clock: Clock, milliseconds: number) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
  }

  /** Waits until what is answered is called. The timer stays: to set it anew for each who hardly waits is what this spares. */
  add(waiting: Waiting): () => void {
    const place = this.#waiting.add(waiting);
    if (this.#timer === undefined) this.#arm(waiting);
    return () => void this.#waiting.remove(place);
  }

  #arm({ since }: Waiting): void {
    this.#timer = this.#clock.setTimer(since + this.#milliseconds - this.#clock.monotonic(), () => this.#expire());
  }

  #expire(): void {
    this.#timer = undefined;
    const latest = this.#clock.monotonic() - this.#milliseconds;
    const byAge = this.#waiting.places().sort((a, b) => a.member.since - b.member.since);
    for (const place of byAge) {
      if (place.member.since > latest) return this.#arm(place.member);
      this.#waiting.remove(place);
      place.member.expire();
    }
  }
}
