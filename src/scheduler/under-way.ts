import { type Deferred, deferred } from '#base/deferred.ts';

/** Work that nobody waits for while there is not too much of it. */
export class UnderWay {
  readonly #limit: number;
  #counted = 0;
  #all = 0;
  #room: Deferred<void> | undefined;
  #ended: Deferred<void> | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#all;
  }

  get isFull(): boolean {
    return this.#counted >= this.#limit;
  }

  /** Keeps work until it has ended; it must not fail. What mostly waits for others (`isLong`) takes no room. */
  add(work: Promise<void>, { isLong = false } = {}): void {
    this.#all++;
    if (!isLong) this.#counted++;
    void work.finally(() => {
      this.#all--;
      if (!isLong) this.#counted--;
      // Whoever waits gets room for many at once, and need not be woken for each.
      if (this.#counted <= this.#limit / 2) {
        this.#room?.resolve();
        this.#room = undefined;
      }
      if (this.#all === 0) this.#ended?.resolve();
    });
  }

  /** Resolves when there is room again. */
  room(): Promise<void> {
    if (!this.isFull) return Promise.resolve();
    this.#room ??= deferred();
    return this.#room.promise;
  }

  /** Resolves when all of it has ended. */
  ended(): Promise<void> {
    if (this.#all === 0) return Promise.resolve();
    this.#ended ??= deferred();
    return this.#ended.promise;
  }
}
