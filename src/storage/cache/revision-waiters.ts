interface Waiter {
  readonly revision: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Promises that wait for a revision to be reached. */
export class RevisionWaiters {
  #waiters = new Set<Waiter>();

  /** Resolves at once when `current` has reached `revision`; rejects with the signal's reason when it aborts first. */
  wait(revision: number, current: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (current >= revision) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        revision,
        resolve: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        reject,
      };
      const onAbort = () => {
        this.#waiters.delete(waiter);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  reached(revision: number): void {
    for (const waiter of this.#waiters) {
      if (waiter.revision > revision) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  rejectAll(reason: unknown): void {
    for (const waiter of this.#waiters) waiter.reject(reason);
    this.#waiters.clear();
  }
}
