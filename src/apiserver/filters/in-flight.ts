import { type Deferred, deferred } from '#base/deferred.ts';
import { finishing } from '#base/maybe-promise.ts';
import type { Filter } from './filter.ts';

/** Knows when no request is being answered any more; those that run long are not waited for. */
export class InFlight {
  #count = 0;
  #idle: Deferred<void> | undefined;

  readonly filter: Filter = (next) => (context) => {
    if (context.isLongRunning) return next(context);
    this.#count++;
    return finishing(() => next(context), this.#leave);
  };

  readonly #leave = (): void => {
    this.#count--;
    if (this.#count === 0) this.#idle?.resolve();
  };

  /** Resolves when all requests are answered. */
  idle(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    this.#idle ??= deferred();
    return this.#idle.promise;
  }
}
