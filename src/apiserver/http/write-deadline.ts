import type { Clock } from '#base/clock.ts';
import type { MaybePromise } from '#base/maybe-promise.ts';
import { newTimeout, StatusError } from '#machinery/errors/status-error.ts';
import { Deadlines } from '../filters/deadlines.ts';
import type { ServerCounters } from '../metrics/server-counters.ts';

/** Upstream's: less than a request may take, so that there is time to tell of it. */
const MOST_MS = 34_000;

/** Bounds how long a write is waited for. What it does cannot be stopped: it may yet come about. */
export class WriteDeadline {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #late: ServerCounters['late'];

  constructor(clock: Clock, late: ServerCounters['late']) {
    this.#clock = clock;
    this.#deadlines = new Deadlines(clock, MOST_MS);
    this.#late = late;
  }

  /** As `write`, or rejects with a 504 when that takes too long. */
  bound<T>(write: MaybePromise<T>): MaybePromise<T> {
    if (!(write instanceof Promise)) return write;
    return new Promise((resolve, reject) => {
      let isLate = false;
      const expire = () => {
        isLate = true;
        reject(newTimeout('request did not complete within requested timeout - context deadline exceeded', 0));
      };
      const release = this.#deadlines.add({ since: this.#clock.monotonic(), expire });
      write.then(
        (result) => {
          release();
          if (isLate) this.#late('rest-handler', 'ok');
          resolve(result);
        },
        (error) => {
          release();
          if (isLate) this.#late('rest-handler', error instanceof StatusError ? 'error' : 'panic');
          reject(error);
        },
      );
    });
  }
}
