import fc from 'fast-check';
import { expect } from 'vitest';
import { CompactedError, type Store, type StoreOperation, type WriteResult } from '../store.ts';
import { type EventRecorder, recordEvents, textValue } from './event-recorder.ts';
import { StoreModel } from './store-model.ts';
import type { StoreHarness } from './store-suite.ts';

/** What a write expects of its key: nothing, its absence, its newest revision, or a revision that is not it. */
type Expectation = 'none' | 'absent' | 'current' | 'stale';

interface Write {
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly expects: Expectation;
}

type Step =
  /** Transactions begun in the same tick. */
  | { readonly step: 'write'; readonly transactions: readonly (readonly Write[])[] }
  | { readonly step: 'range'; readonly prefix: string; readonly after: string | undefined; readonly limit: number }
  | { readonly step: 'watch'; readonly back: number }
  | { readonly step: 'cancel' }
  | { readonly step: 'compact'; readonly back: number }
  | { readonly step: 'reopen' };

const KEYS = ['/a/1', '/a/2', '/a/10', '/a/1/x', '/b/1', '/b/\uffff', '/b/😀', '/c'];
const key = fc.constantFrom(...KEYS);
const write: fc.Arbitrary<Write> = fc.record({
  type: fc.constantFrom('put', 'put', 'delete'),
  key,
  expects: fc.constantFrom('none', 'none', 'absent', 'current', 'stale'),
});
const transaction = fc.uniqueArray(write, { minLength: 1, maxLength: 3, selector: (one) => one.key });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      step: fc.constant('write'),
      transactions: fc.array(transaction, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant('range'),
      prefix: fc.constantFrom('', '/', '/a/', '/b/', '/a/1', '/none/'),
      after: fc.option(key, { nil: undefined }),
      limit: fc.nat(3),
    }),
  },
  { weight: 2, arbitrary: fc.record({ step: fc.constant('watch'), back: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.constant({ step: 'cancel' } as const) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('compact'), back: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.constant({ step: 'reopen' } as const) },
) as fc.Arbitrary<Step>;

/** A random run of operations has the results and the events that the model says. */
export async function checkAgainstModel(open: () => Promise<StoreHarness>, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const harness = await open();
      try {
        const run = new ModelRun(harness);
        for (const one of steps) await run.perform(one);
        run.checkWatches();
      } finally {
        await harness.dispose();
      }
    }),
    { numRuns: runs },
  );
}

class ModelRun {
  readonly #harness: StoreHarness;
  readonly #model: StoreModel;
  #watches: { from: number; recorder: EventRecorder }[] = [];
  #written = 0;

  constructor(harness: StoreHarness) {
    this.#harness = harness;
    this.#model = new StoreModel(harness.store.revision, harness.store.compactedRevision);
  }

  get #store(): Store {
    return this.#harness.store;
  }

  async perform(one: Step): Promise<void> {
    if (one.step === 'write') await this.#write(one.transactions);
    else if (one.step === 'range') await this.#range(one.prefix, one.after, one.limit);
    else if (one.step === 'watch') await this.#watch(this.#model.revision - one.back);
    else if (one.step === 'cancel') this.#cancel();
    else if (one.step === 'compact') await this.#compact(this.#model.revision - one.back);
    else await this.#reopen();
    expect(this.#store.revision).toBe(this.#model.revision);
  }

  checkWatches(): void {
    for (const { from, recorder } of this.#watches) {
      expect(recorder.events).toEqual(this.#model.eventsAfter(from));
      expect(recorder.torn).toEqual([]);
    }
  }

  async #write(transactions: readonly (readonly Write[])[]): Promise<void> {
    const concurrent = this.#harness.ordersConcurrentWrites ? transactions.length : 1;
    for (let i = 0; i < transactions.length; i += concurrent) {
      const group = transactions.slice(i, i + concurrent).map((writes) => writes.map((one) => this.#operation(one)));
      const expected = group.map((operations) => this.#model.write(operations));
      const results = await Promise.all(group.map((operations) => this.#store.txn(operations)));
      expect(results.map(textResult)).toEqual(expected);
      this.checkWatches();
    }
  }

  #operation({ type, key: name, expects }: Write): StoreOperation {
    const current = this.#model.live.get(name)?.modRevision ?? 0;
    const expectedRevision = { none: undefined, absent: 0, current, stale: current + 1 }[expects];
    const precondition = expectedRevision === undefined ? {} : { expectedRevision };
    if (type === 'delete') return { type, key: name, ...precondition };
    return { type, key: name, value: Buffer.from(`value ${this.#written++}`), ...precondition };
  }

  async #range(prefix: string, after: string | undefined, limit: number): Promise<void> {
    const result = await this.#store.range(prefix, { limit, ...(after === undefined ? {} : { after }) });
    expect({ ...result, values: result.values.map(textValue) }).toEqual({
      ...this.#model.range(prefix, after, limit),
      revision: this.#model.revision,
    });
  }

  async #watch(from: number): Promise<void> {
    if (from < this.#model.compactedRevision) {
      await expect(this.#store.watch(from, () => {})).rejects.toBeInstanceOf(CompactedError);
      return;
    }
    this.#watches.push({ from, recorder: await recordEvents(this.#store, from) });
    this.checkWatches();
  }

  #cancel(): void {
    const oldest = this.#watches.shift();
    if (!oldest) return;
    oldest.recorder.watch.cancel();
    expect(oldest.recorder.events).toEqual(this.#model.eventsAfter(oldest.from));
  }

  async #compact(revision: number): Promise<void> {
    await this.#store.compact(revision);
    this.#model.compactedRevision = Math.max(this.#model.compactedRevision, revision);
    expect(this.#store.compactedRevision).toBe(this.#model.compactedRevision);
  }

  async #reopen(): Promise<void> {
    if (!this.#harness.reopen) return;
    this.checkWatches();
    this.#watches = [];
    await this.#harness.reopen();
    expect(this.#store.compactedRevision).toBe(this.#model.compactedRevision);
  }
}

function textResult(result: WriteResult): unknown {
  return result.ok ? result : { ...result, current: textValue(result.current) };
}
