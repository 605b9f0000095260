import type { StoreOperation } from '../store.ts';
import type { TextEvent, TextValue } from './event-recorder.ts';

/** What a store should do, without any regard to how. */
export class StoreModel {
  readonly live = new Map<string, TextValue>();
  readonly history: TextEvent[] = [];
  revision: number;
  compactedRevision: number;

  constructor(revision: number, compactedRevision: number) {
    this.revision = revision;
    this.compactedRevision = compactedRevision;
  }

  /** The result as `textResult` shows it. */
  write(operations: readonly StoreOperation[]): unknown {
    for (const operation of operations) {
      const current = this.live.get(operation.key);
      const expected = operation.expectedRevision;
      const met = expected === undefined || expected === (current?.modRevision ?? 0);
      if (!met || (operation.type === 'delete' && !current)) return { ok: false, key: operation.key, current };
    }
    this.revision++;
    for (const operation of operations) this.#apply(operation);
    return { ok: true, revision: this.revision };
  }

  eventsAfter(revision: number): TextEvent[] {
    return this.history.filter((event) => event.revision > revision);
  }

  range(prefix: string, after: string | undefined, limit: number): { values: TextValue[]; more: boolean } {
    const all = [...this.live.values()]
      .filter(({ key }) => key.startsWith(prefix) && (after === undefined || byBytes(key, after) > 0))
      .sort((a, b) => byBytes(a.key, b.key));
    return { values: limit > 0 ? all.slice(0, limit) : all, more: limit > 0 && all.length > limit };
  }

  #apply(operation: StoreOperation): void {
    const { type, key } = operation;
    const { revision } = this;
    const previous = this.live.get(key);
    const createRevision = previous?.createRevision ?? revision;
    const value =
      operation.type === 'put'
        ? { key, value: Buffer.from(operation.value).toString(), createRevision, modRevision: revision }
        : undefined;
    if (value) this.live.set(key, value);
    else this.live.delete(key);
    this.history.push({ type, key, revision, value, previous });
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
