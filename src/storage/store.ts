/**
 * The revisioned store under the API server: an ordered map of keys to bytes with one revision for the whole store,
 * as etcd v3 defines it. Engines live in folders beside this file; `testing/store-suite.ts` runs against each of them.
 */
export interface Store {
  /** The newest committed revision; 1 in a store in which nothing was ever written. */
  readonly revision: number;
  /** The newest revision that `compact` was asked for: of what was before, nobody answers any more. */
  readonly compactedRevision: number;
  /** `watch` answers for this revision and newer ones; above `compactedRevision` where a store keeps its history short by itself. */
  readonly oldestRevision: number;

  /** The live value of `key`, or undefined. Sees every write whose promise has resolved. */
  get(key: string): Promise<StoredValue | undefined>;
  /** Live keys under a prefix in ascending byte order. */
  range(prefix: string, options?: RangeOptions): Promise<RangeResult>;
  /**
   * Creates or replaces one key, and resolves when the write is durable. `expectedRevision` 0 means the key must not
   * exist; a number n means its `modRevision` must be n; absent means unconditional.
   */
  put(key: string, value: Uint8Array, expectedRevision?: number): Promise<WriteResult>;
  /** Deletes one key under the same precondition rules. Deleting an absent key without precondition fails as a conflict. */
  delete(key: string, expectedRevision?: number): Promise<WriteResult>;
  /** Applies all operations at one revision, or none of them. A key may occur once. */
  txn(operations: readonly StoreOperation[]): Promise<WriteResult>;

  /**
   * Calls `listener` with every committed batch after `fromRevision` (exclusive), in order, each revision whole, once.
   * First the history, then live; resolves once the history is delivered. Batches are delivered before the promises of their writes resolve, so a cache fed by
   * this watch is never behind an acknowledged write made through the same store object. The listener must not throw.
   * Rejects with `CompactedError` when the history no longer reaches back that far.
   */
  watch(fromRevision: number, listener: (events: readonly StoreEvent[]) => void): Promise<StoreWatch>;
  /** Forgets history at and before `revision`. Live values are never touched. */
  compact(revision: number): Promise<void>;
  /** Whether a value that this store gave for a key should be written again although nothing of it changes; false where absent. */
  isStale?(key: string, value: Uint8Array): boolean;
  /** Bytes that the store takes on its disk, unused ones included; absent for stores without one. */
  sizeBytes?(): number;
  /** Waits for writes under way, then releases files and connections. Idempotent. */
  close(): Promise<void>;
}

/** A value with the revisions it was created and last changed at. `value` must not be mutated. */
export interface StoredValue {
  readonly key: string;
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
}

export interface RangeOptions {
  /** At most this many values; 0 or absent means all. */
  readonly limit?: number;
  /** Only keys greater than this one. */
  readonly after?: string;
}

export interface RangeResult {
  readonly values: readonly StoredValue[];
  /** The revision the values were read at. */
  readonly revision: number;
  /** Whether keys remain past the limit. */
  readonly more: boolean;
}

export type StoreOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array; readonly expectedRevision?: number }
  | { readonly type: 'delete'; readonly key: string; readonly expectedRevision?: number };

/** The outcome of a write. A failed precondition is an expected outcome, hence a value. */
export type WriteResult =
  | { readonly ok: true; readonly revision: number }
  /** `key` is the first one whose precondition failed; `current` its live value, if any. Nothing was written. */
  | { readonly ok: false; readonly key: string; readonly current: StoredValue | undefined };

export interface StoreEvent {
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly revision: number;
  /** The new value; absent for a delete. */
  readonly value?: StoredValue;
  /** The value before this event, when there was one. */
  readonly previous?: StoredValue;
}

export interface StoreWatch {
  /** No call of the listener happens after this returns. */
  cancel(): void;
}

/** A stored value that cannot be read now, but can perhaps be later: what opens it is not at hand. */
export class UnavailableValueError extends Error {
  override readonly name = 'UnavailableValueError';
  /** Of the value. */
  readonly key: string;
  constructor(key: string, cause: Error) {
    super(`unable to transform key ${JSON.stringify(key)}: ${cause.message}`, { cause });
    this.key = key;
  }
}

/** The requested revision has been compacted away. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError';
  readonly compactedRevision: number;
  constructor(compactedRevision: number) {
    super(`read at revision: history before ${compactedRevision} is compacted`);
    this.compactedRevision = compactedRevision;
  }
}
