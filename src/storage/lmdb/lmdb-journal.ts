import type { HistoryWindow } from '../history-window.ts';
import type { JournalState } from '../journal.ts';
import { encodeRecord, type LogPosition, type LogRecord, recordSize } from '../log-record.ts';
import type { StoredValue, StoreEvent } from '../store.ts';
import type { LmdbLog, LogWrite } from './lmdb-log.ts';
import { Slab } from './slab.ts';
import { SpentRecords } from './spent-records.ts';

/** The format of what is in the log; to be raised when older programs could not read it. */
export const LOG_FORMAT = 2;
/** Formats that a store may have and is brought from: before 2 nothing lay ahead of the log. */
export const FORMER_FORMATS: readonly number[] = [1];

/**
 * History in one lmdb table of records by revision. The live value of a key is its newest record, so that a write costs
 * one record; compaction removes the records that were replaced, and deletions. One call at a time, except for `read`.
 */
export class LmdbJournal {
  readonly #log: LmdbLog;
  readonly #release: () => void;
  readonly #window: HistoryWindow;
  /** Where the live records of keys lie that are not the first of their revision. */
  readonly #indexes = new Map<string, number>();
  readonly #spent = new SpentRecords();
  #compactedRevision = 0;

  /** Who appends counts the events in `window`; `release` is called when the journal is closed. */
  constructor(log: LmdbLog, window: HistoryWindow, release: () => void) {
    this.#log = log;
    this.#window = window;
    this.#release = release;
  }

  load(): JournalState {
    this.#compactedRevision = this.#log.meta()?.compactedRevision ?? 0;
    const slab = new Slab();
    const values: StoredValue[] = [];
    const seen = new Set<string>();
    const history: LogRecord[] = [];
    for (const record of this.#log.newestFirst()) {
      if (record.revision > this.#compactedRevision) history.push(record);
      if (seen.has(record.key)) continue;
      seen.add(record.key);
      this.#locate(record.type, record.key, record.index);
      if (record.type === 'put') values.push(storedValue({ ...record, value: slab.copy(record.value) }));
    }
    for (const record of history.reverse()) {
      this.#window.add(record.revision, recordSize(record));
      this.#spent.add(record, record);
    }
    const revision = Math.max(1, this.#compactedRevision, history[history.length - 1]?.revision ?? 0);
    return { values, revision, compactedRevision: this.#compactedRevision };
  }

  sizeBytes(): number {
    return this.#log.sizeBytes();
  }

  /** Makes the events durable, all or none, then resolves. Events of one revision come in one call. */
  async append(events: readonly StoreEvent[]): Promise<void> {
    const records = this.#recordsOf(events);
    await this.#log.write(
      records.map(({ position, event, previous }) => ({
        type: 'append',
        position,
        record: encodeRecord(event, previous),
      })),
    );
    for (const { position, event, previous } of records) {
      this.#locate(event.type, event.key, position.index);
      this.#spent.add(position, { type: event.type, previous });
    }
  }

  /** As `Journal.read`. */
  read(revision: number, limit: number): StoreEvent[] {
    const events: StoreEvent[] = [];
    for (const record of this.#log.records({ revision: revision + 1, index: 0 })) {
      if (events.length >= limit && record.revision !== events[events.length - 1]!.revision) break;
      events.push(this.#eventOf(record));
    }
    return events;
  }

  /** As `Journal.compact`. */
  async compact(revision: number): Promise<void> {
    while (this.#compactedRevision < revision) await this.#compactStep(revision);
  }

  async close(): Promise<void> {
    await this.#log.close();
    this.#release();
  }

  /** A later event of a group may replace a record of an earlier one, whose place is then known from here only. */
  #recordsOf(events: readonly StoreEvent[]): NewRecord[] {
    const places = new Map<string, number>();
    let last: LogPosition = START;
    return events.map((event) => {
      const index = event.revision === last.revision ? last.index + 1 : 0;
      last = { revision: event.revision, index };
      const previous = event.previous && {
        revision: event.previous.modRevision,
        index: places.get(event.key) ?? this.#indexes.get(event.key) ?? 0,
      };
      places.set(event.key, index);
      return { position: last, event, previous };
    });
  }

  #locate(type: StoreEvent['type'], key: string, index: number): void {
    if (type === 'put' && index > 0) this.#indexes.set(key, index);
    else if (this.#indexes.size > 0) this.#indexes.delete(key);
  }

  #eventOf(record: LogRecord): StoreEvent {
    const { type, key, revision } = record;
    const before = record.previous && this.#log.get(record.previous);
    return {
      type,
      key,
      revision,
      ...(type === 'put' ? { value: storedValue(record) } : {}),
      ...(before ? { previous: storedValue(before) } : {}),
    };
  }

  async #compactStep(target: number): Promise<void> {
    const { positions, reached } = this.#spent.upTo(target, COMPACT_STEP);
    const meta: LogWrite = { type: 'meta', meta: { format: LOG_FORMAT, compactedRevision: reached } };
    await this.#log.write([...positions.map((position): LogWrite => ({ type: 'remove', position })), meta]);
    this.#spent.forget(positions.length);
    this.#compactedRevision = reached;
    this.#window.compact(reached);
  }
}

interface NewRecord {
  readonly position: LogPosition;
  readonly event: StoreEvent;
  readonly previous: LogPosition | undefined;
}

const START: LogPosition = { revision: 1, index: 0 };
/** Records removed in one transaction of a compaction. */
const COMPACT_STEP = 1000;

function storedValue(record: LogRecord): StoredValue {
  return {
    key: record.key,
    value: record.value,
    createRevision: record.createRevision,
    modRevision: record.revision,
  };
}
