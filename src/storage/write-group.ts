import type { StoredValue, StoreEvent, StoreOperation, WriteResult } from './store.ts';

/** Reads committed state. */
export type Lookup = (key: string) => StoredValue | undefined;

/**
 * The writes of one group, evaluated in order, each against what the ones before it leave behind. Nothing is changed
 * outside: the caller makes `events` durable, then applies them.
 */
export class WriteGroup {
  /** In the order of their revisions. */
  readonly events: StoreEvent[] = [];
  readonly #lookup: Lookup;
  readonly #overlay = new Map<string, StoredValue | undefined>();
  #revision: number;

  /** `revision` is the newest committed one. */
  constructor(revision: number, lookup: Lookup) {
    this.#revision = revision;
    this.#lookup = lookup;
  }

  /** The newest revision, with this group's writes. */
  get revision(): number {
    return this.#revision;
  }

  /** Evaluates one transaction. */
  add(operations: readonly StoreOperation[]): WriteResult {
    for (const operation of operations) {
      const current = this.#get(operation.key);
      if (!isAllowed(operation, current)) return { ok: false, key: operation.key, current };
    }
    const revision = operations.length > 0 ? ++this.#revision : this.#revision;
    for (const operation of operations) this.#record(eventOf(operation, revision, this.#get(operation.key)));
    return { ok: true, revision };
  }

  #get(key: string): StoredValue | undefined {
    return this.#overlay.has(key) ? this.#overlay.get(key) : this.#lookup(key);
  }

  #record(event: StoreEvent): void {
    this.#overlay.set(event.key, event.value);
    this.events.push(event);
  }
}

/** Throws for operations that no state could allow: an empty key, a key twice. */
export function validateOperations(operations: readonly StoreOperation[]): void {
  const keys = new Set<string>();
  for (const { key } of operations) {
    if (key === '') throw new RangeError('write: key is empty');
    if (keys.has(key)) throw new RangeError(`write ${key}: key occurs twice in one transaction`);
    keys.add(key);
  }
}

function isAllowed(operation: StoreOperation, current: StoredValue | undefined): boolean {
  const { expectedRevision } = operation;
  if (expectedRevision !== undefined && expectedRevision !== (current?.modRevision ?? 0)) return false;
  return operation.type === 'put' || current !== undefined;
}

function eventOf(operation: StoreOperation, revision: number, previous: StoredValue | undefined): StoreEvent {
  const { type, key } = operation;
  const before = previous ? { previous } : {};
  if (type === 'delete') return { type, key, revision, ...before };
  const createRevision = previous?.createRevision ?? revision;
  return {
    type,
    key,
    revision,
    value: { key, value: operation.value, createRevision, modRevision: revision },
    ...before,
  };
}
