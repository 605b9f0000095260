import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../memory/memory-store.ts';
import type { Store, StoreEvent } from '../store.ts';
import type { CacheWatch } from './cache-watch.ts';
import { type CacheWatchRequest, ObjectCache } from './object-cache.ts';
import { StoreFeed } from './store-feed.ts';

type Step =
  | { readonly step: 'write'; readonly keys: readonly string[]; readonly node: string | undefined }
  | { readonly step: 'watch'; readonly request: CacheWatchRequest; readonly back: number }
  | { readonly step: 'pause' | 'resume'; readonly watch: number }
  | { readonly step: 'list'; readonly back: number; readonly node: string | undefined; readonly limit: number }
  | { readonly step: 'tick' };

const key = fc.constantFrom('/t/a/1', '/t/a/2', '/t/b/1', '/t/c', '/other/x');
const node = fc.constantFrom('n1', 'n2', 'n3');
const request: fc.Arbitrary<CacheWatchRequest> = fc.oneof(
  fc.constant({}),
  fc.record({ key }),
  fc.record({ prefix: fc.constantFrom('/t/', '/t/a/') }),
  fc.record({ index: fc.record({ name: fc.constant('node'), value: node }) }),
);
const optionalNode = fc.option(node, { nil: undefined });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant('write'),
      keys: fc.uniqueArray(key, { minLength: 1, maxLength: 3 }),
      node: optionalNode,
    }),
  },
  { weight: 2, arbitrary: fc.record({ step: fc.constant('watch'), request, back: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ step: fc.constantFrom('pause', 'resume'), watch: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({ step: fc.constant('list'), back: fc.nat(6), node: optionalNode, limit: fc.nat(3) }),
  },
  { weight: 3, arbitrary: fc.constant({ step: 'tick' }) },
) as fc.Arbitrary<Step>;

/** A cache beside the plain list of everything that happened. */
class Run {
  readonly #history: StoreEvent[] = [];
  readonly #watches: { watch: CacheWatch<string>; expected: () => string[]; seen: string[] }[] = [];
  readonly #store: Store;
  readonly #cache: ObjectCache<string>;

  constructor(store: Store, cache: ObjectCache<string>) {
    this.#store = store;
    this.#cache = cache;
    void store.watch(store.revision, (events) => void this.#history.push(...events));
  }

  async perform(one: Step): Promise<void> {
    if (one.step === 'write') await this.#write(one.keys, one.node);
    else if (one.step === 'watch') this.#watch({ ...one.request, from: Math.max(1, this.#store.revision - one.back) });
    else if (one.step === 'list') this.#list(Math.max(1, this.#store.revision - one.back), one.node, one.limit);
    else if (one.step === 'tick') await new Promise<void>((resolve) => void setImmediate(resolve));
    else this.#watches[one.watch]?.watch[one.step]();
  }

  async finish(): Promise<void> {
    for (const { watch } of this.#watches) watch.resume();
    await this.perform({ step: 'tick' });
    for (const { seen, expected } of this.#watches) expect(seen).toEqual(expected());
  }

  async #write(keys: readonly string[], value: string | undefined): Promise<void> {
    if (value !== undefined) {
      await this.#store.txn(keys.map((name) => ({ type: 'put', key: name, value: Buffer.from(value) })));
    } else {
      await Promise.all(keys.map((name) => this.#store.delete(name)));
    }
  }

  #watch(asked: CacheWatchRequest & { from: number }): void {
    const seen: string[] = [];
    const watch = this.#cache.watch(asked, {
      onEvents: ({ events }) =>
        seen.push(...events.map(({ revision, key: name, type }) => `${revision} ${name} ${type}`)),
    });
    const expected = () =>
      this.#history
        .filter((event) => event.revision > asked.from && isWanted(asked, event))
        .map(({ revision, key: name, type }) => `${revision} ${name} ${type}`);
    this.#watches.push({ watch, expected, seen });
  }

  #list(revision: number, value: string | undefined, limit: number): void {
    const state = new Map<string, string>();
    for (const event of this.#history) {
      if (event.revision > revision || !event.key.startsWith('/t/')) continue;
      if (event.value) state.set(event.key, text(event.value.value));
      else state.delete(event.key);
    }
    const all = [...state]
      .filter(([, stored]) => value === undefined || stored === value)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const list = this.#cache.list({
      revision,
      limit,
      ...(value === undefined ? {} : { index: { name: 'node', value } }),
    });
    expect(list.entries.map((entry) => [entry.key, entry.object])).toEqual(limit > 0 ? all.slice(0, limit) : all);
    expect(list.more).toBe(limit > 0 && all.length > limit);
  }
}

function isWanted({ key: only, prefix = '/t/', index }: CacheWatchRequest, event: StoreEvent): boolean {
  if (!event.key.startsWith('/t/')) return false;
  if (only !== undefined) return event.key === only;
  if (!index) return event.key.startsWith(prefix);
  return [event.value, event.previous].some((stored) => stored && text(stored.value) === index.value);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

test('whatever happens, watchers get exactly their events in order and lists are exact at their revision', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 50, size: 'max' }), async (steps) => {
      const store = createMemoryStore();
      const feed = await StoreFeed.open({ store });
      const codec = { decode: text };
      const cache = await ObjectCache.open<string>({
        feed,
        prefix: '/t/',
        codec,
        indexes: { node: (object) => [object] },
      });
      const run = new Run(store, cache);
      for (const one of steps) await run.perform(one);
      await run.finish();
      cache.close();
      feed.close();
      await store.close();
    }),
    { numRuns: 150 },
  );
});
