import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLmdbStore } from '../lmdb/lmdb-store.ts';
import { restoreLmdbStore } from '../lmdb/restore-lmdb-store.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import { CompactedError, type Store } from '../store.ts';
import { readSnapshot } from './read-snapshot.ts';
import { writeSnapshot } from './write-snapshot.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'knarr-snapshot-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function save(store: Store, path = join(directory, 'snapshot')): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of writeSnapshot(store)) chunks.push(chunk);
  writeFileSync(path, Buffer.concat(chunks));
  return path;
}

const bytes = (text: string) => Buffer.from(text);

test('a snapshot holds every live value with its revisions', async () => {
  const store = createMemoryStore();
  await store.put('/a', bytes('1'));
  await store.put('/a', bytes('2'));
  await store.put('/gone', bytes('x'));
  await store.delete('/gone');
  await store.put('/ü', bytes(''));
  const { header, values } = await readSnapshot(await save(store));
  expect(header).toEqual({ format: 'knarr-snapshot', version: 1, revision: 6, values: 2 });
  expect([...values()]).toEqual([
    { key: '/a', value: bytes('2'), createRevision: 2, modRevision: 3 },
    { key: '/ü', value: bytes(''), createRevision: 6, modRevision: 6 },
  ]);
});

test('what is written meanwhile is not in it', async () => {
  const store = createMemoryStore();
  for (let index = 0; index < 1200; index++) void store.put(`/k${index}`, bytes('old'));
  await store.put('/last', bytes('old'));
  const chunks: Buffer[] = [];
  for await (const chunk of writeSnapshot(store)) {
    chunks.push(chunk);
    await store.put(`/k${chunks.length}`, bytes('new'));
  }
  const path = join(directory, 'snapshot');
  writeFileSync(path, Buffer.concat(chunks));
  const { header, values } = await readSnapshot(path);
  expect([header.values, [...values()].every(({ value }) => Buffer.from(value).toString() === 'old')]).toEqual([
    1201,
    true,
  ]);
});

describe('a file', () => {
  test('that is cut off or altered anywhere is refused', async () => {
    const store = createMemoryStore();
    for (const key of ['/a', '/b', '/c']) await store.put(key, bytes(`value of ${key}`));
    const path = await save(store);
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.option(fc.integer({ min: 1, max: 255 })), async (place, change) => {
        const bad = change === null ? whole.subarray(0, place) : Buffer.from(whole);
        if (change !== null) bad[place] = (bad[place] as number) ^ change;
        writeFileSync(path, bad);
        await expect(readSnapshot(path)).rejects.toThrow(/^read snapshot /);
      }),
    );
  });

  test.each([
    ['something else', 'hello\nworld', /is not a snapshot of Knarr/],
    ['nothing', '', /is not a snapshot of Knarr/],
    ['of a later version', '{"format":"knarr-snapshot","version":2}\n', /its version is 2/],
    ['cut off', '{"format":"knarr-snapshot","version":1}\nabc', /truncated or altered/],
  ])('that is %s is refused', async (_, content, message) => {
    const path = join(directory, 'bad');
    writeFileSync(path, content);
    await expect(readSnapshot(path)).rejects.toThrow(message);
  });

  test('that is not there is named', async () => {
    await expect(readSnapshot(join(directory, 'none'))).rejects.toThrow(/^read snapshot \S+none: ENOENT/);
  });
});

describe('a restored store', () => {
  test('has the values at revisions nobody has seen, and no history', async () => {
    const store = createMemoryStore();
    for (let index = 0; index < 2500; index++)
      void store.put(`/k${String(index).padStart(4, '0')}`, bytes(`v${index}`));
    await store.put('/last', bytes('z'));
    const snapshot = await readSnapshot(await save(store));
    const restored = join(directory, 'store');
    expect(await restoreLmdbStore(restored, snapshot.values(), 10_000)).toBe(12_501);
    const opened = await openLmdbStore({ directory: restored });
    expect([opened.revision, opened.compactedRevision]).toEqual([12_501, 12_501]);
    const { values } = await opened.range('/');
    expect(values.map(({ key, value }) => [key, value.toString()])).toEqual(
      [...snapshot.values()].map(({ key, value }) => [key, value.toString()]),
    );
    await expect(opened.watch(10_000, () => {})).rejects.toThrow(CompactedError);
    expect(await opened.put('/last', bytes('y'), values.at(-1)?.modRevision)).toEqual({ ok: true, revision: 12_502 });
    await opened.close();
    const again = await openLmdbStore({ directory: restored });
    expect((await again.get('/last'))?.value.toString()).toBe('y');
    await again.close();
  });

  test('may be empty', async () => {
    const restored = join(directory, 'store');
    await restoreLmdbStore(restored, [], 500);
    const opened = await openLmdbStore({ directory: restored });
    expect([opened.revision, (await opened.range('/')).values]).toEqual([500, []]);
    await opened.close();
  });
});
