import { afterEach, describe, expect, test } from 'vitest';
import type { HistoryLimits } from '../journal.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import { CompactedError, type Store } from '../store.ts';
import type { CacheEvent } from './cache-event.ts';
import type { CacheWatch, CacheWatchEnd } from './cache-watch.ts';
import { type CacheWatchRequest, ObjectCache, type ObjectCacheOptions } from './object-cache.ts';
import { StoreFeed } from './store-feed.ts';

interface Thing {
  readonly node: string;
  readonly revision: number;
}

const encode = (node: string) => Buffer.from(node);
const tick = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** A memory store with a cache of `/things/` whose decoding is counted. */
class Fixture {
  decoded = 0;
  readonly store: Store;
  feed!: StoreFeed;
  cache!: ObjectCache<Thing>;

  constructor(store: Store) {
    this.store = store;
  }

  static async open(
    options: Partial<ObjectCacheOptions<Thing>> = {},
    before?: (store: Store) => Promise<void>,
    history?: HistoryLimits,
  ) {
    const fixture = new Fixture(createMemoryStore(history && { history }));
    await before?.(fixture.store);
    fixture.feed = await StoreFeed.open({ store: fixture.store });
    fixture.cache = await ObjectCache.open<Thing>({
      feed: fixture.feed,
      prefix: '/things/',
      codec: {
        decode: (bytes, revision) => {
          fixture.decoded++;
          return { node: Buffer.from(bytes).toString(), revision };
        },
        revise: (object, revision) => ({ ...object, revision }),
      },
      ...options,
    });
    fixtures.push(fixture);
    return fixture;
  }

  async put(name: string, node: string): Promise<void> {
    await this.store.put(`/things/${name}`, encode(node));
  }

  delete(name: string) {
    return this.store.delete(`/things/${name}`);
  }

  names(options: Parameters<ObjectCache<Thing>['list']>[0] = {}): string[] {
    return this.cache.list(options).entries.map(({ key, object }) => `${key.slice(8)}=${object.node}`);
  }
}

const fixtures: Fixture[] = [];
afterEach(async () => {
  for (const fixture of fixtures.splice(0)) {
    fixture.cache.close();
    fixture.feed.close();
    await fixture.store.close();
  }
});

/** What a watcher was given: one array of event descriptions a batch. */
interface Seen {
  readonly batches: string[][];
  readonly ends: CacheWatchEnd[];
  readonly watch: CacheWatch<Thing>;
}

function describeEvent({ revision, key, entry, previous }: CacheEvent<Thing>): string {
  return `${revision} ${key.slice(8)} ${previous?.object.node ?? ''}>${entry?.object.node ?? ''}`;
}

function observe(cache: ObjectCache<Thing>, request: CacheWatchRequest = {}): Seen {
  const batches: string[][] = [];
  const ends: CacheWatchEnd[] = [];
  const watch = cache.watch(request, {
    onEvents: (batch) => batches.push(batch.events.map(describeEvent)),
    onEnd: (reason) => ends.push(reason),
  });
  return { batches, ends, watch };
}

describe('reading', () => {
  test('a cache holds what was there when it was opened and what came after, and nothing else', async () => {
    const { cache, store, ...fixture } = await Fixture.open({}, async (fresh) => {
      await fresh.put('/things/old', encode('n1'));
      await fresh.put('/other/x', encode('n1'));
    });
    await store.put('/things/new', encode('n2'));
    await store.put('/others', encode('n2'));
    expect(
      cache.list().entries.map(({ key, createRevision, modRevision }) => [key, createRevision, modRevision]),
    ).toEqual([
      ['/things/new', 4, 4],
      ['/things/old', 2, 2],
    ]);
    expect([cache.size, cache.revision, fixture.decoded]).toEqual([2, 5, 0]);
  });

  test('a cache knows how long its values are together', async () => {
    const fixture = await Fixture.open();
    await fixture.put('a', 'long');
    await fixture.put('b', 'longer');
    expect(fixture.cache.bytes).toBe(10);
    await fixture.put('b', 's');
    await fixture.delete('a');
    expect(fixture.cache.bytes).toBe(1);
  });

  test('writes during loading are neither lost nor taken twice', async () => {
    const store = createMemoryStore();
    for (let i = 0; i < 5000; i++) void store.put(`/things/${i}`, encode('n1'));
    const feed = await StoreFeed.open({ store });
    const opening = ObjectCache.open<string>({ feed, prefix: '/things/', codec: { decode: String } });
    const writes = [];
    for (let i = 0; i < 5000; i += 2)
      writes.push(store.delete(`/things/${i}`), store.put(`/things/new${i}`, encode('n2')));
    const cache = await opening;
    await Promise.all(writes);
    const { values } = await store.range('/things/');
    expect(cache.list().entries.map(({ key, modRevision }) => [key, modRevision])).toEqual(
      values.map(({ key, modRevision }) => [key, modRevision]),
    );
    cache.close();
    await store.close();
  });

  test('an object is decoded once, at the first use', async () => {
    const fixture = await Fixture.open();
    await fixture.put('a', 'n1');
    const entry = fixture.cache.get('/things/a');
    expect([entry?.decoded, fixture.decoded]).toEqual([undefined, 0]);
    expect(entry?.object).toEqual({ node: 'n1', revision: 2 });
    expect(entry?.object).toBe(fixture.cache.list().entries[0]?.object);
    expect(fixture.decoded).toBe(1);
  });

  test('a primed object is never decoded and learns its revision', async () => {
    const fixture = await Fixture.open();
    const bytes = encode('n1');
    fixture.cache.prime(bytes, { node: 'primed', revision: 0 });
    await fixture.store.put('/things/a', bytes);
    expect(fixture.cache.get('/things/a')?.object).toEqual({ node: 'primed', revision: 2 });
    expect(fixture.decoded).toBe(0);
  });

  test('waiting for a revision ends when any key of the store reaches it', async () => {
    const { cache, store } = await Fixture.open();
    await cache.waitFor(1);
    const reached = cache.waitFor(2).then(() => cache.revision);
    const aborted = cache.waitFor(3, AbortSignal.timeout(5)).catch((error: Error) => error.name);
    await store.put('/other/x', encode('n1'));
    expect(await Promise.all([reached, aborted])).toEqual([2, 'TimeoutError']);
  });
});

describe('listing', () => {
  const filled = (options?: Partial<ObjectCacheOptions<Thing>>, history?: HistoryLimits) => {
    const fill = async (store: Store) => {
      for (const name of ['a/1', 'a/2', 'a/3', 'b/1', 'b/2']) await store.put(`/things/${name}`, encode('n1'));
    };
    return Fixture.open(options, fill, history);
  };

  test('a prefix, a page, a filter and the count of what remains', async () => {
    const fixture = await filled();
    const { cache } = fixture;
    const page = cache.list({ prefix: '/things/a/', limit: 2 });
    expect([page.entries.map(({ key }) => key), page.more]).toEqual([['/things/a/1', '/things/a/2'], true]);
    expect(fixture.names({ prefix: '/things/a/', after: '/things/a/2' })).toEqual(['a/3=n1']);
    const odd = cache.list({ match: ({ key }) => key.endsWith('1'), limit: 1 });
    expect([odd.entries.map(({ key }) => key), odd.more]).toEqual([['/things/a/1'], true]);
    expect([cache.count(), cache.count({ prefix: '/things/a/', after: '/things/a/1' })]).toEqual([5, 2]);
  });

  test('a paged list goes on at its revision although everything has changed', async () => {
    const fixture = await filled({ history: { count: 1 } });
    const first = fixture.cache.list({ limit: 2 });
    for (const name of ['a/1', 'a/3', 'b/2']) await fixture.delete(name);
    await fixture.put('a/4', 'n2');
    const { revision } = first;
    const after = first.entries[1]!.key;
    expect(fixture.names({ after, revision })).toEqual(['a/3=n1', 'b/1=n1', 'b/2=n1']);
    expect(fixture.cache.count({ after, revision })).toBe(3);
    expect(fixture.names()).toEqual(['a/2=n1', 'a/4=n2', 'b/1=n1']);
  });

  test('a revision that no list was paged at is put together from history', async () => {
    const fixture = await filled();
    const { revision } = fixture.cache;
    await fixture.put('a/1', 'n2');
    await fixture.delete('b/1');
    await fixture.put('c', 'n2');
    expect(fixture.names({ revision })).toEqual(['a/1=n1', 'a/2=n1', 'a/3=n1', 'b/1=n1', 'b/2=n1']);
    expect(fixture.names({ revision: revision + 1 })).toEqual(['a/1=n2', 'a/2=n1', 'a/3=n1', 'b/1=n1', 'b/2=n1']);
    expect(fixture.names()).toEqual(['a/1=n2', 'a/2=n1', 'a/3=n1', 'b/2=n1', 'c=n2']);
  });

  test('snapshots are bounded, and a revision past history is compacted', async () => {
    const fixture = await filled({ history: { count: 1 }, snapshotLimit: 2 });
    const revisions: number[] = [];
    for (let i = 0; i < 3; i++) {
      revisions.push(fixture.cache.list({ limit: 1 }).revision);
      await fixture.put('a/1', `n${i}`);
    }
    await fixture.put('a/1', 'last');
    const outcome = (revision: number) => {
      try {
        return fixture.names({ revision, limit: 1 });
      } catch (error) {
        return error instanceof CompactedError ? 'compacted' : error;
      }
    };
    expect(revisions.map(outcome)).toEqual(['compacted', ['a/1=n0'], ['a/1=n1']]);
    expect(() => fixture.cache.list({ revision: fixture.cache.revision + 1 })).toThrow('cache has reached');
  });

  test('pages go on although the store shortened its history meanwhile, and end once it was asked to forget', async () => {
    const fixture = await filled({ history: { count: 1 } }, { events: 10 });
    const { store } = fixture;
    const { revision } = fixture.cache.list({ limit: 1 });
    for (let i = 0; i < 30; i++) await fixture.put('a/1', `n${i}`);
    expect(store.oldestRevision).toBeGreaterThan(revision);
    expect(fixture.names({ revision })).toContain('a/1=n1');
    await store.compact(revision + 1);
    expect(() => fixture.names({ revision })).toThrow(CompactedError);
  });

  test('a revision at which only other keys of the store changed is the current state', async () => {
    const fixture = await filled({ history: { count: 1 }, snapshotLimit: 0 });
    const { revision } = fixture.cache;
    await fixture.store.put('/other/x', encode('n1'));
    expect(fixture.names({ revision, prefix: '/things/b/' })).toEqual(['b/1=n1', 'b/2=n1']);
  });
});

describe('watching', () => {
  test('a watcher gets each event once, in order, one batch a tick', async () => {
    const fixture = await Fixture.open();
    const seen = observe(fixture.cache);
    await Promise.all([fixture.put('a', 'n1'), fixture.put('b', 'n1'), fixture.put('a', 'n2')]);
    await tick();
    await fixture.delete('a');
    await tick();
    expect(seen.batches).toEqual([['2 a >n1', '3 b >n1', '4 a n1>n2'], ['5 a n2>']]);
  });

  test('a watch resumes from a revision, and what is new follows what is old', async () => {
    const fixture = await Fixture.open();
    for (const node of ['n1', 'n2', 'n3']) await fixture.put('a', node);
    const seen = observe(fixture.cache, { from: 2 });
    await fixture.put('a', 'n4');
    await tick();
    await tick();
    expect(seen.batches.flat()).toEqual(['3 a n1>n2', '4 a n2>n3', '5 a n3>n4']);
  });

  test('a watch begun between an event and its delivery does not get it twice', async () => {
    const fixture = await Fixture.open();
    const early = observe(fixture.cache);
    await fixture.put('a', 'n1');
    const late = observe(fixture.cache);
    const replayed = observe(fixture.cache, { from: 1 });
    await tick();
    await fixture.put('a', 'n2');
    await tick();
    expect([early, late, replayed].map(({ batches }) => batches.flat())).toEqual([
      ['2 a >n1', '3 a n1>n2'],
      ['3 a n1>n2'],
      ['2 a >n1', '3 a n1>n2'],
    ]);
  });

  test('history is bounded by count and by age', async () => {
    for (const history of [{ count: 2 }, { age: 1 }]) {
      const fixture = await Fixture.open({ history });
      for (const node of ['n1', 'n2', 'n3']) await fixture.put('a', node);
      expect(fixture.cache.oldestRevision).toBe(2);
      expect(() => observe(fixture.cache, { from: 1 })).toThrow(new CompactedError(2));
      const seen = observe(fixture.cache, { from: 2 });
      await tick();
      expect(seen.batches).toEqual([['3 a n1>n2', '4 a n2>n3']]);
    }
  });

  const node = (thing: Thing) => [thing.node];
  const requests: [string, CacheWatchRequest, string[]][] = [
    ['a key', { key: '/things/x/1' }, ['2 x/1 >n1', '5 x/1 n1>n2', '6 x/1 n2>']],
    ['a prefix', { prefix: '/things/x/' }, ['2 x/1 >n1', '3 x/2 >n2', '5 x/1 n1>n2', '6 x/1 n2>']],
    [
      'an index value that objects have or had',
      { index: { name: 'node', value: 'n1' } },
      ['2 x/1 >n1', '4 y/1 >n1', '5 x/1 n1>n2'],
    ],
  ];
  test.each(requests)('a watcher of %s sees only its events, live and from history', async (_, request, expected) => {
    const fixture = await Fixture.open({ indexes: { node } });
    const live = observe(fixture.cache, request);
    await fixture.put('x/1', 'n1');
    await fixture.put('x/2', 'n2');
    await fixture.put('y/1', 'n1');
    await fixture.put('x/1', 'n2');
    await fixture.delete('x/1');
    const replayed = observe(fixture.cache, { ...request, from: 1 });
    await tick();
    expect([live.batches.flat(), replayed.batches.flat()]).toEqual([expected, expected]);
  });

  test('a list by index is ordered, paged and exact at an older revision', async () => {
    const fixture = await Fixture.open({ indexes: { node } });
    for (const [name, value] of [
      ['c', 'n1'],
      ['a', 'n1'],
      ['b', 'n2'],
      ['d', 'n1'],
    ] as const)
      await fixture.put(name, value);
    const index = { name: 'node', value: 'n1' };
    const page = fixture.cache.list({ index, limit: 2 });
    expect([page.entries.map(({ key }) => key), page.more]).toEqual([['/things/a', '/things/c'], true]);
    await fixture.put('d', 'n2');
    expect(fixture.names({ index, after: '/things/c', revision: page.revision })).toEqual(['d=n1']);
    expect(fixture.names({ index })).toEqual(['a=n1', 'c=n1']);
    expect(() => fixture.cache.list({ index: { name: 'none', value: '' } })).toThrow('no index none');
  });

  test('what a deleted object last was carries the revision of its deletion', async () => {
    const fixture = await Fixture.open();
    const events: CacheEvent<Thing>[] = [];
    fixture.cache.watch({}, { onEvents: (batch) => events.push(...batch.events) });
    await fixture.put('a', 'n1');
    await fixture.delete('a');
    await tick();
    expect(events.map(({ type, gone }) => [type, gone?.object])).toEqual([
      ['put', undefined],
      ['delete', { node: 'n1', revision: 3 }],
    ]);
  });

  test('what one watcher remembers about a batch and its events the others find', async () => {
    const fixture = await Fixture.open();
    let made = 0;
    const onEvents = (batch: { events: readonly CacheEvent<Thing>[]; memo: Map<string, unknown> }) => {
      for (const { memo } of [batch, ...batch.events]) if (!memo.has('json')) memo.set('json', ++made);
    };
    for (let i = 0; i < 10; i++) fixture.cache.watch({}, { onEvents });
    await fixture.put('a', 'n1');
    await tick();
    expect(made).toBe(2);
  });
});

describe('slow watchers', () => {
  test('a paused watcher is ended when too much piles up, and the others do not notice', async () => {
    const fixture = await Fixture.open({ pendingLimit: 2 });
    const slow = observe(fixture.cache);
    const fast = observe(fixture.cache);
    slow.watch.pause();
    for (const node of ['n1', 'n2', 'n3']) {
      await fixture.put('a', node);
      await tick();
    }
    expect([slow.batches, slow.ends, fast.batches.flat().length, fast.ends]).toEqual([[], ['slow'], 3, []]);
  });

  test('a watcher that resumes in time gets everything in order', async () => {
    const fixture = await Fixture.open();
    const seen = observe(fixture.cache);
    seen.watch.pause();
    for (const node of ['n1', 'n2']) {
      await fixture.put('a', node);
      await tick();
    }
    expect([seen.watch.pending, seen.watch.revision]).toEqual([2, 1]);
    seen.watch.resume();
    await fixture.put('a', 'n3');
    await tick();
    expect(seen.batches).toEqual([['2 a >n1'], ['3 a n1>n2'], ['4 a n2>n3']]);
  });

  test('a watcher may pause in the middle of a delivery', async () => {
    const fixture = await Fixture.open();
    const seen: number[] = [];
    const watch = fixture.cache.watch(
      {},
      {
        onEvents: (batch) => {
          seen.push(...batch.events.map(({ revision }) => revision));
          watch.pause();
        },
      },
    );
    for (const node of ['n1', 'n2', 'n3']) {
      await fixture.put('a', node);
      await tick();
    }
    const steps = [[...seen]];
    for (let i = 0; i < 2; i++) {
      watch.resume();
      steps.push([...seen]);
    }
    expect(steps).toEqual([[2], [2, 3], [2, 3, 4]]);
  });

  test('a replay longer than the limit is not held against the watcher', async () => {
    const fixture = await Fixture.open({ pendingLimit: 1 });
    for (const node of ['n1', 'n2', 'n3']) await fixture.put('a', node);
    const seen = observe(fixture.cache, { from: 1 });
    await fixture.put('a', 'n4');
    await tick();
    await tick();
    expect([seen.batches.flat().length, seen.ends]).toEqual([4, []]);
  });

  test('the revision a watcher has seen moves on with writes it does not watch, not past events it waits for', async () => {
    const fixture = await Fixture.open();
    const seen = observe(fixture.cache);
    await fixture.store.put('/other/x', encode('n1'));
    const moved = seen.watch.revision;
    void fixture.put('a', 'n1').then(() => steps.push(seen.watch.revision));
    const steps: number[] = [moved];
    while (seen.batches.length === 0) await tick();
    steps.push(seen.watch.revision);
    expect(steps).toEqual([2, 2, 3]);
  });

  test('a cancelled watcher gets nothing, a closed cache ends the rest', async () => {
    const fixture = await Fixture.open();
    const cancelled = observe(fixture.cache);
    const left = observe(fixture.cache);
    await fixture.put('a', 'n1');
    cancelled.watch.cancel();
    fixture.cache.close();
    await tick();
    expect([cancelled.batches, cancelled.ends, left.ends]).toEqual([[], [], ['closed']]);
  });
});

test('two caches on one feed get their own keys, the longer prefix first', async () => {
  const fixture = await Fixture.open();
  const codec = { decode: String };
  const inner = await ObjectCache.open<string>({ feed: fixture.feed, prefix: '/things/inner/', codec });
  await fixture.put('a', 'n1');
  await fixture.put('inner/a', 'n1');
  expect([fixture.cache.size, inner.size]).toEqual([1, 1]);
});

test('a cache can take the place of another without a gap', async () => {
  const fixture = await Fixture.open();
  await fixture.put('a', 'n1');
  const successor = await ObjectCache.open<string>({
    feed: fixture.feed,
    prefix: '/things/',
    codec: { decode: String },
  });
  await fixture.put('b', 'n1');
  expect([fixture.cache.size, successor.size]).toEqual([2, 2]);
  fixture.cache.close();
  await fixture.put('c', 'n1');
  expect([fixture.cache.size, successor.size]).toEqual([2, 3]);
});
