import { setImmediate as immediate } from 'node:timers/promises';
import type { Logger } from '#base/logger.ts';
import type { Journal } from './journal.ts';
import { LiveValues } from './live-values.ts';
import {
  CompactedError,
  type RangeOptions,
  type RangeResult,
  type Store,
  type StoredValue,
  type StoreEvent,
  type StoreOperation,
  type StoreWatch,
  type WriteResult,
} from './store.ts';
import { WatchHub } from './watch-hub.ts';
import { validateOperations, WriteGroup } from './write-group.ts';

interface Job<R> {
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

interface WriteJob extends Job<WriteResult> {
  readonly operations: readonly StoreOperation[];
}

interface CompactJob extends Job<void> {
  readonly revision: number;
}

/**
 * A store in this process: live values in memory, history in a journal. Writes that arrive while the journal flushes wait
 * and become the next group; a group is durable before any of its effects can be seen.
 */
export class EmbeddedStore implements Store {
  readonly #journal: Journal;
  readonly #logger: Logger | undefined;
  readonly #live = new LiveValues();
  readonly #hub: WatchHub;
  #writes: WriteJob[] = [];
  #compactions: CompactJob[] = [];
  #running: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #revision: number;
  #compactedRevision: number;
  /** Where the journal begins. */
  #oldestRevision: number;

  constructor(journal: Journal, logger?: Logger) {
    this.#journal = journal;
    this.#logger = logger;
    this.#hub = new WatchHub(logger);
    const state = journal.load();
    for (const value of state.values) this.#live.set(value);
    this.#revision = state.revision;
    this.#compactedRevision = state.compactedRevision;
    this.#oldestRevision = state.compactedRevision;
  }

  get revision(): number {
    return this.#revision;
  }

  get compactedRevision(): number {
    return this.#compactedRevision;
  }

  get oldestRevision(): number {
    return this.#oldestRevision;
  }

  sizeBytes(): number {
    return this.#journal.sizeBytes();
  }

  async get(key: string): Promise<StoredValue | undefined> {
    this.#assertOpen();
    return this.#live.get(key);
  }

  async range(prefix: string, options: RangeOptions = {}): Promise<RangeResult> {
    this.#assertOpen();
    return { ...this.#live.range(prefix, options), revision: this.#revision };
  }

  put(key: string, value: Uint8Array, expectedRevision?: number): Promise<WriteResult> {
    return this.txn([{ type: 'put', key, value, ...(expectedRevision === undefined ? {} : { expectedRevision }) }]);
  }

  delete(key: string, expectedRevision?: number): Promise<WriteResult> {
    return this.txn([{ type: 'delete', key, ...(expectedRevision === undefined ? {} : { expectedRevision }) }]);
  }

  async txn(operations: readonly StoreOperation[]): Promise<WriteResult> {
    this.#assertOpen();
    validateOperations(operations);
    return new Promise((resolve, reject) => {
      this.#writes.push({ operations, resolve, reject });
      this.#start();
    });
  }

  async watch(fromRevision: number, listener: (events: readonly StoreEvent[]) => void): Promise<StoreWatch> {
    let position = fromRevision;
    for (;;) {
      this.#assertOpen();
      if (position < this.#oldestRevision) throw new CompactedError(this.#oldestRevision);
      if (position >= this.#revision) return this.#hub.add(position, listener);
      // The journal may already hold a group that is not acknowledged.
      const events = this.#journal.read(position, HISTORY_CHUNK).filter(({ revision }) => revision <= this.#revision);
      for (const batch of byRevision(events)) this.#hub.call(listener, batch);
      position = events[events.length - 1]?.revision ?? this.#revision;
      await immediate();
    }
  }

  async compact(revision: number): Promise<void> {
    this.#assertOpen();
    if (revision > this.#revision) throw new RangeError(`compact to ${revision}: store is at ${this.#revision}`);
    return new Promise((resolve, reject) => {
      this.#compactions.push({ revision, resolve, reject });
      this.#start();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#running;
    this.#hub.clear();
    await this.#journal.close();
  }

  #assertOpen(): void {
    if (this.#closing) throw new Error('use store: store is closed');
  }

  /** The first group begins in the next tick, so that it takes in all writes of this one. */
  #start(): void {
    this.#running ??= immediate().then(() => this.#run());
  }

  async #run(): Promise<void> {
    while (this.#writes.length > 0 || this.#compactions.length > 0) {
      const compactions = this.#compactions;
      this.#compactions = [];
      if (this.#writes.length > 0) await this.#commit(this.#takeGroup());
      for (const job of compactions) await this.#compact(job.revision).then(job.resolve, job.reject);
      await this.#trim();
      // Those whose writes were just acknowledged get to make their next one before the next group is closed.
      await immediate();
    }
    this.#running = undefined;
  }

  #takeGroup(): WriteJob[] {
    let bytes = 0;
    let count = 0;
    for (const { operations } of this.#writes) {
      if (count > 0 && (count >= GROUP_WRITES || bytes >= GROUP_BYTES)) break;
      for (const operation of operations) bytes += operation.type === 'put' ? operation.value.length : 0;
      count++;
    }
    return this.#writes.splice(0, count);
  }

  async #commit(jobs: readonly WriteJob[]): Promise<void> {
    const group = new WriteGroup(this.#revision, (key) => this.#live.get(key));
    const results = jobs.map((job) => group.add(job.operations));
    try {
      if (group.events.length > 0) await this.#journal.append(group.events);
    } catch (error) {
      this.#logger?.error('Write failed', { error, writes: jobs.length });
      for (const job of jobs) job.reject(error);
      return;
    }
    this.#apply(group);
    jobs.forEach((job, index) => {
      job.resolve(results[index]!);
    });
  }

  #apply(group: WriteGroup): void {
    for (const event of group.events) this.#live.apply(event);
    this.#revision = group.revision;
    if (group.events.length > 0) this.#hub.deliver(group.events);
  }

  async #compact(revision: number): Promise<void> {
    if (revision <= this.#compactedRevision) return;
    const before = this.#compactedRevision;
    this.#compactedRevision = revision;
    try {
      await this.#forget(revision);
    } catch (error) {
      this.#compactedRevision = before;
      throw error;
    }
  }

  async #forget(revision: number): Promise<void> {
    if (revision <= this.#oldestRevision) return;
    const before = this.#oldestRevision;
    this.#oldestRevision = revision;
    try {
      await this.#journal.compact(revision);
    } catch (error) {
      this.#oldestRevision = before;
      throw error;
    }
  }

  /** Keeps history within its bounds. Failing to forget is no reason to fail a write: the next group tries again. */
  async #trim(): Promise<void> {
    const revision = this.#journal.excess();
    if (revision === undefined) return;
    await this.#forget(revision).catch((error: unknown) => {
      this.#logger?.warn('Compaction failed', { error, revision });
    });
  }
}

/** Events delivered from history before other work gets its turn. */
const HISTORY_CHUNK = 1000;
/** Larger groups would be applied and delivered in too long a stretch. */
const GROUP_WRITES = 1000;
const GROUP_BYTES = 32 * 2 ** 20;

/** History is delivered in batches as small as can be: how writes were grouped is not remembered. */
function byRevision(events: readonly StoreEvent[]): StoreEvent[][] {
  const batches: StoreEvent[][] = [];
  for (const event of events) {
    const last = batches[batches.length - 1];
    if (last?.[0]?.revision === event.revision) last.push(event);
    else batches.push([event]);
  }
  return batches;
}
