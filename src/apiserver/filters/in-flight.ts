import { type Deferred, deferred } from '#base/deferred.ts';
import type { Filter } from './filter.ts';

/** Knows when no request is being answered any more; those that run long are not waited for. */
export class InFlight {
  #count = 0;
  #idle: Deferred<void> | undefined;

  readonly filter: Filter = (next) => async (context) => {
    if (context.isLongRunning) return next(context);
    this.#count++;
    try {
      await next(context);
    } finally {
      this.#count--;
      if (this.#count === 0) this.#idle?.resolve();
    }
  };

  /** Resolves when all requests are answered. */
  idle(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    this.#idle ??= deferred();
    return this.#idle.promise;
  }
}
