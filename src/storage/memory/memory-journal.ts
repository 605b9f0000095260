import { eventSize, HistoryWindow } from '../history-window.ts';
import type { HistoryLimits, Journal, JournalState } from '../journal.ts';
import type { StoreEvent } from '../store.ts';

/** History in an array; durable as long as the process. */
export class MemoryJournal implements Journal {
  readonly #window: HistoryWindow;
  #events: StoreEvent[] = [];

  constructor(limits: HistoryLimits = {}) {
    this.#window = new HistoryWindow(limits);
  }

  load(): JournalState {
    return { values: [], revision: 1, compactedRevision: 0 };
  }

  sizeBytes(): number {
    return 0;
  }

  async append(events: readonly StoreEvent[]): Promise<void> {
    for (const event of events) {
      this.#events.push(event);
      this.#window.add(event.revision, eventSize(event));
    }
  }

  read(revision: number, limit: number): StoreEvent[] {
    const first = this.#indexAfter(revision);
    const last = this.#events[first + limit - 1];
    return this.#events.slice(first, last && this.#indexAfter(last.revision));
  }

  async compact(revision: number): Promise<void> {
    this.#events = this.#events.slice(this.#indexAfter(revision));
    this.#window.compact(revision);
  }

  excess(): number | undefined {
    return this.#window.excess();
  }

  async close(): Promise<void> {}

  #indexAfter(revision: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#events[middle]!.revision > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
