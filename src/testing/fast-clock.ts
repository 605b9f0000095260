import { VirtualClock } from './virtual-clock.ts';

/** A clock that runs many times as fast as the wall's, from now on: a minute of a schedule takes about a second. */
export class FastClock extends VirtualClock {
  readonly #ticking: NodeJS.Timeout;

  constructor() {
    super(Date.now());
    this.#ticking = setInterval(() => this.advance(250), 4);
  }

  stop(): void {
    clearInterval(this.#ticking);
  }
}
