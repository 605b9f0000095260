import { afterEach, describe, expect, test } from 'vitest';
import { CompactedError, type Store, type StoreOperation } from '../store.ts';
import { recordEvents, textValue } from './event-recorder.ts';
import { checkAgainstModel } from './store-model-test.ts';

/** One store under test. */
export interface StoreHarness {
  /** The store; another object after `reopen`. */
  readonly store: Store;
  /** Whether writes begun in one tick take effect in the order of the calls. */
  readonly ordersConcurrentWrites: boolean;
  /** Closes the store and opens it over the same data; absent for engines that keep none. */
  reopen?(): Promise<void>;
  dispose(): Promise<void>;
}

export interface StoreSuiteOptions {
  /** Random runs against the model; 100 by default. */
  readonly modelRuns?: number;
}

/** What every engine must do. `open` gives an empty store. */
export function runStoreSuite(name: string, open: () => Promise<StoreHarness>, options: StoreSuiteOptions = {}): void {
  describe(`store suite: ${name}`, () => {
    const opened: StoreHarness[] = [];
    const harness = async () => {
      const one = await open();
      opened.push(one);
      return one;
    };
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.dispose();
    });
    writeTests(harness);
    rangeTests(harness);
    watchTests(harness);
    lifecycleTests(harness);
    test('random operations agree with the model', () => checkAgainstModel(open, options.modelRuns ?? 100), 120_000);
  });
}

type OpenHarness = () => Promise<StoreHarness>;
const bytes = (text: string) => Buffer.from(text);
const put = (key: string, value: string, expectedRevision?: number): StoreOperation => ({
  type: 'put',
  key,
  value: bytes(value),
  ...(expectedRevision === undefined ? {} : { expectedRevision }),
});

function writeTests(open: OpenHarness): void {
  test('a created value is read with its revisions', async () => {
    const { store } = await open();
    const base = store.revision;
    expect(await store.put('/a', bytes('1'), 0)).toEqual({ ok: true, revision: base + 1 });
    expect(await store.put('/a', bytes('2'), base + 1)).toEqual({ ok: true, revision: base + 2 });
    expect(textValue(await store.get('/a'))).toEqual({
      key: '/a',
      value: '2',
      createRevision: base + 1,
      modRevision: base + 2,
    });
    expect(store.revision).toBe(base + 2);
  });

  const conflicts: [string, (store: Store, base: number) => ReturnType<Store['put']>, string | undefined][] = [
    ['creating what exists', (store) => store.put('/a', bytes('x'), 0), '1'],
    ['replacing at a stale revision', (store, base) => store.put('/a', bytes('x'), base), '1'],
    ['replacing what is absent', (store, base) => store.put('/none', bytes('x'), base), undefined],
    ['deleting at a stale revision', (store, base) => store.delete('/a', base), '1'],
    ['deleting what is absent', (store) => store.delete('/none'), undefined],
  ];
  test.each(conflicts)(
    '%s is a conflict that shows the current value and writes nothing',
    async (_, write, current) => {
      const { store } = await open();
      const base = store.revision;
      await store.put('/a', bytes('1'));
      const result = await write(store, base);
      expect(result.ok).toBe(false);
      expect(result.ok ? undefined : textValue(result.current)?.value).toBe(current);
      expect(store.revision).toBe(base + 1);
      expect(textValue(await store.get('/a'))?.value).toBe('1');
    },
  );

  test('a deleted key is absent and begins anew when it is created again', async () => {
    const { store } = await open();
    const base = store.revision;
    await store.put('/a', bytes('1'));
    expect(await store.delete('/a', base + 1)).toEqual({ ok: true, revision: base + 2 });
    expect(await store.get('/a')).toBeUndefined();
    await store.put('/a', bytes('2'), 0);
    expect(textValue(await store.get('/a'))?.createRevision).toBe(base + 3);
  });

  test('a transaction writes all keys at one revision', async () => {
    const { store } = await open();
    const base = store.revision;
    await store.put('/gone', bytes('x'));
    const result = await store.txn([put('/a', '1'), put('/b', '2'), { type: 'delete', key: '/gone' }]);
    expect(result).toEqual({ ok: true, revision: base + 2 });
    const { values } = await store.range('/');
    expect(values.map(({ key, modRevision }) => [key, modRevision])).toEqual([
      ['/a', base + 2],
      ['/b', base + 2],
    ]);
  });

  test('a transaction with a failed precondition writes nothing and names the key', async () => {
    const { store } = await open();
    await store.put('/b', bytes('1'));
    const result = await store.txn([put('/a', '1'), put('/b', '2', 0)]);
    expect(result).toMatchObject({ ok: false, key: '/b' });
    expect(await store.get('/a')).toBeUndefined();
  });

  test('a transaction in which a key occurs twice is refused', async () => {
    const { store } = await open();
    await expect(store.txn([put('/a', '1'), put('/a', '2')])).rejects.toBeInstanceOf(RangeError);
  });

  test('of concurrent creations of one key exactly one succeeds', async () => {
    const { store } = await open();
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => store.put('/a', bytes(String(i)), 0)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test('values may be empty, large and of any bytes', async () => {
    const { store } = await open();
    const all = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i));
    const values = { '/empty': Buffer.alloc(0), '/all': all, '/large': Buffer.alloc(1_000_000, 'knarr') };
    for (const [key, value] of Object.entries(values)) await store.put(key, value);
    for (const [key, value] of Object.entries(values)) {
      expect(Buffer.compare((await store.get(key))!.value, value)).toBe(0);
    }
  });
}

function rangeTests(open: OpenHarness): void {
  const keys = ['/p/a', '/p/a/b', '/p/b', '/p/é', '/p/\uffee', '/p/😀', '/q', '/pa'];
  const cases: [string, string, { limit?: number; after?: string }, string[], boolean][] = [
    ['a prefix in the order of bytes', '/p/', {}, ['/p/a', '/p/a/b', '/p/b', '/p/é', '/p/\uffee', '/p/😀'], false],
    ['everything', '', {}, ['/p/a', '/p/a/b', '/p/b', '/p/é', '/p/\uffee', '/p/😀', '/pa', '/q'], false],
    ['a page', '/p/', { limit: 2 }, ['/p/a', '/p/a/b'], true],
    ['the next page', '/p/', { limit: 2, after: '/p/a/b' }, ['/p/b', '/p/é'], true],
    ['the last page', '/p/', { limit: 2, after: '/p/é' }, ['/p/\uffee', '/p/😀'], false],
    ['after a key that is absent', '/p/', { after: '/p/aa' }, ['/p/b', '/p/é', '/p/\uffee', '/p/😀'], false],
    ['after a key before the prefix', '/p/', { after: '/', limit: 1 }, ['/p/a'], true],
    ['after a key past the prefix', '/p/', { after: '/q' }, [], false],
    ['a prefix without keys', '/none/', {}, [], false],
  ];
  test.each(cases)('range gives %s', async (_, prefix, options, expected, more) => {
    const { store } = await open();
    for (const key of keys) await store.put(key, bytes(key));
    const result = await store.range(prefix, options);
    expect({ ...result, values: result.values.map(({ key }) => key) }).toEqual({
      values: expected,
      more,
      revision: store.revision,
    });
  });
}

function watchTests(open: OpenHarness): void {
  test('a watch sees history, then live events, each with the value before', async () => {
    const { store } = await open();
    const base = store.revision;
    await store.put('/a', bytes('1'));
    const recorder = await recordEvents(store, base);
    await store.put('/a', bytes('2'));
    await store.delete('/a');
    const first = { key: '/a', value: '1', createRevision: base + 1, modRevision: base + 1 };
    const second = { key: '/a', value: '2', createRevision: base + 1, modRevision: base + 2 };
    expect(recorder.events).toEqual([
      { type: 'put', key: '/a', revision: base + 1, value: first, previous: undefined },
      { type: 'put', key: '/a', revision: base + 2, value: second, previous: first },
      { type: 'delete', key: '/a', revision: base + 3, value: undefined, previous: second },
    ]);
  });

  test('a write is delivered before its promise resolves', async () => {
    const { store } = await open();
    const recorder = await recordEvents(store, store.revision);
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const result = await store.put(`/${i}`, bytes('x'));
        expect(recorder.events.some(({ revision }) => result.ok && revision === result.revision)).toBe(true);
      }),
    );
  });

  test('watches from any revision during concurrent writes see every event once and in order', async () => {
    const { store } = await open();
    const base = store.revision;
    const writer = async (id: number) => {
      for (let i = 0; i < 40; i++) await store.put(`/${id}`, bytes(String(i)));
    };
    const writers = Array.from({ length: 8 }, (_, id) => writer(id));
    const recorders = [];
    for (let i = 0; i < 10; i++) {
      recorders.push({ from: base + i * 3, recorder: await recordEvents(store, base + i * 3) });
      await store.put('/extra', bytes(String(i)));
    }
    await Promise.all(writers);
    const last = base + 8 * 40 + 10;
    for (const { from, recorder } of recorders) {
      const expected = Array.from({ length: last - from }, (_, i) => from + 1 + i);
      expect(recorder.events.map(({ revision }) => revision)).toEqual(expected);
    }
  });

  test('a cancelled watch sees nothing more, even in the middle of a delivery', async () => {
    const { store } = await open();
    const recorder = await recordEvents(store, store.revision);
    const canceller = await store.watch(store.revision, () => {
      recorder.watch.cancel();
      canceller.cancel();
    });
    await store.put('/a', bytes('1'));
    const seen = recorder.events.length;
    await store.put('/a', bytes('2'));
    expect(recorder.events).toHaveLength(seen);
  });

  test('a watch from a future revision sees only what comes after it', async () => {
    const { store } = await open();
    const base = store.revision;
    const recorder = await recordEvents(store, base + 2);
    for (const value of ['1', '2', '3']) await store.put('/a', bytes(value));
    expect(recorder.events.map(({ revision }) => revision)).toEqual([base + 3]);
  });

  test('compaction forgets history and no value', async () => {
    const { store } = await open();
    const base = store.revision;
    for (const value of ['1', '2', '3']) await store.put('/a', bytes(value));
    await store.put('/b', bytes('b'));
    await store.delete('/b');
    await store.compact(base + 2);
    expect(store.compactedRevision).toBe(base + 2);
    await expect(store.watch(base + 1, () => {})).rejects.toEqual(new CompactedError(base + 2));
    const recorder = await recordEvents(store, base + 2);
    expect(recorder.events.map(({ key, revision, previous }) => [key, revision, previous?.value])).toEqual([
      ['/a', base + 3, '2'],
      ['/b', base + 4, undefined],
      ['/b', base + 5, 'b'],
    ]);
    await store.compact(base + 5);
    expect(textValue(await store.get('/a'))?.value).toBe('3');
  });

  test('compacting to a future revision is refused, to an older one changes nothing', async () => {
    const { store } = await open();
    await store.put('/a', bytes('1'));
    await expect(store.compact(store.revision + 1)).rejects.toBeInstanceOf(RangeError);
    await store.compact(store.revision);
    const compacted = store.compactedRevision;
    await store.compact(compacted - 1);
    expect(store.compactedRevision).toBe(compacted);
  });
}

function lifecycleTests(open: OpenHarness): void {
  test('closing waits for writes under way and may be repeated', async () => {
    const { store } = await open();
    const writing = Promise.all(Array.from({ length: 20 }, (_, i) => store.put(`/${i}`, bytes('x'))));
    await Promise.all([store.close(), store.close()]);
    expect((await writing).every(({ ok }) => ok)).toBe(true);
    await expect(store.put('/late', bytes('x'))).rejects.toThrow('closed');
  });

  test('values, history and revisions survive reopening', async ({ skip }) => {
    const harness = await open();
    if (!harness.reopen) return skip('the engine keeps nothing');
    const base = harness.store.revision;
    await harness.store.put('/a', bytes('1'));
    await harness.store.txn([put('/a', '2'), put('/b', '1'), put('/c', '1')]);
    await harness.store.delete('/c');
    const before = await recordEvents(harness.store, base);
    await harness.reopen();
    expect(harness.store.revision).toBe(base + 3);
    expect((await harness.store.range('')).values.map(({ key }) => key)).toEqual(['/a', '/b']);
    const after = await recordEvents(harness.store, base);
    expect(after.events).toEqual(before.events);
  });

  test('the revision never goes back, even when all history is compacted away', async ({ skip }) => {
    const harness = await open();
    if (!harness.reopen) return skip('the engine keeps nothing');
    await harness.store.put('/a', bytes('1'));
    await harness.store.delete('/a');
    const { revision } = harness.store;
    await harness.store.compact(revision);
    await harness.reopen();
    expect([harness.store.revision, harness.store.compactedRevision]).toEqual([revision, revision]);
  });
}
