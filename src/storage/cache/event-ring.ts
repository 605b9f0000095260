import type { CacheEvent } from './cache-event.ts';

/** How much history a ring keeps. */
export interface EventRingLimits {
  /** Events kept at most. */
  readonly count: number;
  /** Events are forgotten when they are more than this many revisions old. */
  readonly age: number;
}

/** The newest events of a cache, in order. */
export class EventRing<T> {
  readonly #limits: EventRingLimits;
  readonly #slots: (CacheEvent<T> | undefined)[] = [];
  #first = 0;
  #size = 0;
  #oldest: number;

  /** `oldest` is the revision the cache was loaded at. */
  constructor(limits: EventRingLimits, oldest: number) {
    this.#limits = limits;
    this.#oldest = oldest;
  }

  /** `after` answers for this revision and newer ones. */
  get oldest(): number {
    return this.#oldest;
  }

  push(event: CacheEvent<T>): void {
    if (this.#size === this.#limits.count) this.#dropFirst();
    this.#slots[(this.#first + this.#size) % this.#limits.count] = event;
    this.#size++;
    while (this.#size > 0 && this.#at(0).revision < event.revision - this.#limits.age) this.#dropFirst();
  }

  /** The events after `revision`, oldest first. `revision` must not be below `oldest`. */
  after(revision: number): CacheEvent<T>[] {
    const events: CacheEvent<T>[] = [];
    for (let i = this.#indexAfter(revision); i < this.#size; i++) events.push(this.#at(i));
    return events;
  }

  #indexAfter(revision: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(middle).revision > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #at(index: number): CacheEvent<T> {
    return this.#slots[(this.#first + index) % this.#limits.count]!;
  }

  #dropFirst(): void {
    this.#oldest = this.#at(0).revision;
    this.#slots[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#limits.count;
    this.#size--;
  }
}
