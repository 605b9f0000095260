import type { Logger } from '#base/logger.ts';
import { eventSize, type HistoryWindow } from '../history-window.ts';
import type { Journal, JournalState } from '../journal.ts';
import type { LmdbJournal } from '../lmdb/lmdb-journal.ts';
import type { LogRecord } from '../log-record.ts';
import type { StoredValue, StoreEvent } from '../store.ts';
import type { WriteAheadFile } from './write-ahead-file.ts';

/** How long events wait in the file for others to be moved with them. */
const MOVE_AFTER_MS = 1000;
/** So many are moved at once at most, and so many do not wait. */
const MOVED_AT_ONCE = 1000;
/** A group of so many pays for a transaction of its own: writing it twice would cost more. */
const LARGE_GROUP = 64;

/**
 * A journal whose writes are durable with one short write to a file ahead of lmdb, which takes them over in large
 * transactions later. What the file has and lmdb has not is kept in memory, and read from the file after a crash.
 */
export class WriteAheadJournal implements Journal {
  readonly #inner: LmdbJournal;
  readonly #ahead: WriteAheadFile;
  readonly #window: HistoryWindow;
  readonly #logger: Logger | undefined;
  /** Durable in the file only, oldest first. */
  #waiting: StoreEvent[] = [];
  /** The newest revision that lmdb has. */
  #moved = 0;
  #timer: NodeJS.Timeout | undefined;
  #moving: Promise<void> | undefined;
  /** lmdb's journal takes one call at a time. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    inner: LmdbJournal,
    ahead: WriteAheadFile,
    options: { window: HistoryWindow; logger: Logger | undefined },
  ) {
    this.#inner = inner;
    this.#ahead = ahead;
    this.#window = options.window;
    this.#logger = options.logger;
  }

  load(): JournalState {
    const state = this.#inner.load();
    this.#moved = state.revision;
    const records = this.#ahead.takeRecords().filter(({ revision }) => revision > state.revision);
    if (records.length === 0) return state;
    const values = new Map<string, StoredValue>();
    for (const value of state.values) values.set(value.key, value);
    let revision = state.revision;
    for (const record of records) {
      if (record.revision > revision + 1) {
        throw new Error(`read ahead of the log: revision ${record.revision} follows ${revision}`);
      }
      revision = record.revision;
      const event = eventOf(record, values);
      this.#window.add(revision, eventSize(event));
      this.#waiting.push(event);
    }
    this.#schedule();
    return { ...state, values: values.values(), revision };
  }

  sizeBytes(): number {
    return this.#inner.sizeBytes() + this.#ahead.sizeBytes;
  }

  async append(events: readonly StoreEvent[]): Promise<void> {
    const [first] = events;
    if (first === undefined) return;
    if (events.length >= LARGE_GROUP) return this.#appendDirectly(events);
    if (!(await this.#ahead.append(events))) {
      // It is full, or the group is larger than all of it.
      await this.#move();
      this.#ahead.restart(first.revision);
      if (!(await this.#ahead.append(events))) return this.#appendDirectly(events);
    }
    for (const event of events) {
      this.#window.add(event.revision, eventSize(event));
      this.#waiting.push(event);
    }
    this.#schedule();
  }

  read(revision: number, limit: number): StoreEvent[] {
    const events = revision < this.#moved ? this.#inner.read(revision, limit) : [];
    // lmdb may have a group already that still counts as waiting.
    while (events.length > 0 && (events[events.length - 1] as StoreEvent).revision > this.#moved) events.pop();
    // Less than the limit is all that lmdb has.
    if (events.length >= limit) return events;
    for (const event of this.#waiting) {
      if (event.revision <= revision) continue;
      if (events.length >= limit && event.revision !== events[events.length - 1]?.revision) break;
      events.push(event);
    }
    return events;
  }

  async compact(revision: number): Promise<void> {
    await this.#move();
    await this.#exclusively(() => this.#inner.compact(revision));
  }

  excess(): number | undefined {
    return this.#window.excess();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      await this.#move();
    } catch (error) {
      // Nothing is lost: it is read from the file at the next start.
      this.#logger?.warn('Events stay ahead of the store', { error, events: this.#waiting.length });
    }
    await this.#inner.close();
    this.#ahead.close();
  }

  async #appendDirectly(events: readonly StoreEvent[]): Promise<void> {
    await this.#move();
    await this.#exclusively(() => this.#inner.append(events));
    for (const event of events) this.#window.add(event.revision, eventSize(event));
    this.#moved = (events[events.length - 1] as StoreEvent).revision;
  }

  #schedule(): void {
    if (this.#moving) return;
    const isMuch = this.#waiting.length >= MOVED_AT_ONCE;
    if (this.#timer && !isMuch) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#moveOrWarn(), isMuch ? 0 : MOVE_AFTER_MS).unref();
  }

  /** Whoever needs room in the file tries again, and is told of what is wrong then. */
  #moveOrWarn(): void {
    this.#timer = undefined;
    this.#move().catch((error: unknown) => {
      this.#logger?.warn('Moving events into the store failed', { error, events: this.#waiting.length });
    });
  }

  /** Resolves when nothing waits any more. */
  #move(): Promise<void> {
    this.#moving ??= this.#moveAll().finally(() => {
      this.#moving = undefined;
    });
    return this.#moving;
  }

  async #moveAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.slice(0, wholeRevisions(this.#waiting, MOVED_AT_ONCE));
      await this.#exclusively(() => this.#inner.append(group));
      this.#waiting = this.#waiting.slice(group.length);
      this.#moved = (group[group.length - 1] as StoreEvent).revision;
    }
  }

  #exclusively(work: () => Promise<void>): Promise<void> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}

/** How many events are `limit` ones and those that are of the last one's revision. */
function wholeRevisions(events: readonly StoreEvent[], limit: number): number {
  let count = Math.min(limit, events.length);
  while (count < events.length && events[count]?.revision === events[count - 1]?.revision) count++;
  return count;
}

/** The event of a record; `values` are the live ones before it, and after the call those after it. */
function eventOf(record: LogRecord, values: Map<string, StoredValue>): StoreEvent {
  const { type, key, revision, createRevision } = record;
  const previous = values.get(key);
  const before = previous ? { previous } : {};
  if (type === 'delete') {
    values.delete(key);
    return { type, key, revision, ...before };
  }
  // Of its own memory: what the file was read into is let go.
  const value = { key, value: Uint8Array.from(record.value), createRevision, modRevision: revision };
  values.set(key, value);
  return { type, key, revision, value, ...before };
}
