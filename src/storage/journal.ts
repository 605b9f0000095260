import type { StoredValue, StoreEvent } from './store.ts';

/** The state a journal starts from. */
export interface JournalState {
  /** The live ones, in any order. */
  readonly values: Iterable<StoredValue>;
  readonly revision: number;
  readonly compactedRevision: number;
}

/** Where an `EmbeddedStore` keeps its history; one call at a time, except for `read`. */
export interface Journal {
  /** Read once, before anything else. */
  load(): JournalState;
  /** Makes the events durable, all or none, then resolves. */
  append(events: readonly StoreEvent[]): Promise<void>;
  /**
   * The appended events after `revision`, oldest first: whole revisions, at least one when there is one, and not many more
   * than `limit` events. `revision` is not below the compacted one.
   */
  read(revision: number, limit: number): StoreEvent[];
  /** Forgets the history at and before `revision`, durably. Values that are still live are kept. */
  compact(revision: number): Promise<void>;
  /** The smallest revision to compact to, so that the history stays in its bounds; undefined while it does. */
  excess(): number | undefined;
  /** Bytes on the disk; 0 for a journal without one. */
  sizeBytes(): number;
  /** Nothing is called afterwards. */
  close(): Promise<void>;
}

/** Bounds of the history that is kept without anyone asking. */
export interface HistoryLimits {
  /** Events kept at most; 10,000 by default. */
  readonly events?: number;
  /** Bytes of keys and values in these events; 64 MiB by default. */
  readonly bytes?: number;
}
