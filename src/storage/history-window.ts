import type { HistoryLimits } from './journal.ts';
import type { StoreEvent } from './store.ts';

/** Keeps count of the events of a journal and says when there are too many. */
export class HistoryWindow {
  readonly #limits: Required<HistoryLimits>;
  #revisions: number[] = [];
  #sizes: number[] = [];
  #first = 0;
  #bytes = 0;

  constructor(limits: HistoryLimits = {}) {
    this.#limits = { events: limits.events ?? 10_000, bytes: limits.bytes ?? 64 * 2 ** 20 };
  }

  add(revision: number, size: number): void {
    this.#revisions.push(revision);
    this.#sizes.push(size);
    this.#bytes += size;
  }

  compact(revision: number): void {
    while (this.#first < this.#revisions.length && this.#revisions[this.#first]! <= revision) {
      this.#bytes -= this.#sizes[this.#first++]!;
    }
    if (this.#first * 2 < this.#revisions.length) return;
    this.#revisions = this.#revisions.slice(this.#first);
    this.#sizes = this.#sizes.slice(this.#first);
    this.#first = 0;
  }

  /**
   * The revision to compact to, undefined while the limits hold. It leaves nine tenths of what is allowed, so that
   * compaction comes seldom.
   */
  excess(): number | undefined {
    const { events, bytes } = this.#limits;
    let count = this.#revisions.length - this.#first;
    if (count <= events && this.#bytes <= bytes) return undefined;
    let left = this.#bytes;
    let last = this.#first;
    while (last < this.#revisions.length - 1 && (count > events * KEPT || left > bytes * KEPT)) {
      left -= this.#sizes[last++]!;
      count--;
    }
    return this.#revisions[last - 1];
  }
}

const KEPT = 0.9;

/** What an event counts towards the limit on bytes. */
export function eventSize(event: StoreEvent): number {
  return event.key.length + (event.value?.value.length ?? 0);
}
