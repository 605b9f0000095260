import type { CacheEvent } from './cache-event.ts';

/** How much history a ring keeps. */
export interface EventRingLimits {
  /** Events kept at least, as far as `age` lets it. */
  readonly count: number;
  /** Events kept at most: as many as came within the last 75 seconds, as upstream keeps them for whoever was cut off so long. */
  readonly most: number;
  /** Events are forgotten when they are more than this many revisions old. */
  readonly age: number;
  /** Milliseconds of a clock that is never set back. */
  readonly now: () => number;
}

const FRESH_MS = 75_000;

/** The newest events of a cache, in order. */
export class EventRing<T> {
  readonly #limits: EventRingLimits;
  #slots: (CacheEvent<T> | undefined)[] = [];
  #times: number[] = [];
  /** How many slots are used before the first one is used again. */
  #capacity: number;
  #first = 0;
  #size = 0;
  #oldest: number;

  /** `oldest` is the revision the cache was loaded at. */
  constructor(limits: EventRingLimits, oldest: number) {
    this.#limits = limits;
    this.#capacity = limits.count;
    this.#oldest = oldest;
  }

  /** `after` answers for this revision and newer ones. */
  get oldest(): number {
    return this.#oldest;
  }

  /** How many events there is room for now. */
  get capacity(): number {
    return this.#capacity;
  }

  push(event: CacheEvent<T>): void {
    const now = this.#limits.now();
    if (this.#size === this.#capacity) this.#makeRoom(now);
    const slot = (this.#first + this.#size) % this.#capacity;
    this.#slots[slot] = event;
    this.#times[slot] = now;
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
    return this.#slots[(this.#first + index) % this.#capacity]!;
  }

  #dropFirst(): void {
    this.#oldest = this.#at(0).revision;
    this.#slots[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#capacity;
    this.#size--;
  }

  /** Forgets what is not fresh any more beyond the least that is kept; grows when all of it is fresh. */
  #makeRoom(now: number): void {
    const { count, most } = this.#limits;
    const isFresh = () => now - this.#times[this.#first]! < FRESH_MS;
    if (isFresh() && this.#capacity < most) return this.#resize(Math.min(2 * this.#capacity, most));
    do this.#dropFirst();
    while (this.#size >= count && !isFresh());
    if (this.#capacity > count && this.#size < count) this.#resize(count);
  }

  #resize(capacity: number): void {
    const order = Array.from({ length: this.#size }, (_, index) => (this.#first + index) % this.#capacity);
    this.#slots = order.map((slot) => this.#slots[slot]);
    this.#times = order.map((slot) => this.#times[slot]!);
    this.#first = 0;
    this.#capacity = capacity;
  }
}
