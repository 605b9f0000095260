import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLmdbStore } from '../lmdb/lmdb-store.ts';
import type { StoreEvent } from '../store.ts';
import { recordEvents, textValue } from '../testing/event-recorder.ts';
import { encodeFrame } from './frame.ts';
import { WriteAheadFile } from './write-ahead-file.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'knarr-ahead-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function put(revision: number, size: number, key = `/key/${revision}`): StoreEvent {
  const value = { key, value: Buffer.alloc(size, `${revision};`), createRevision: revision, modRevision: revision };
  return { type: 'put', key, revision, value };
}

/** The revisions in a file, as it reads when it is opened anew; every value is checked to be whole. */
function revisionsIn(path: string): number[] {
  const file = new WriteAheadFile(path);
  try {
    return file.takeRecords().map(({ revision, value }) => {
      expect(Buffer.alloc(value.length, `${revision};`).equals(value)).toBe(true);
      return revision;
    });
  } finally {
    file.close();
  }
}

/** Appends groups of events with values of these sizes; answers their revisions and where each group ends. */
async function appendGroups(path: string, groups: readonly (readonly number[])[]) {
  const file = new WriteAheadFile(path);
  const written: { readonly revisions: number[]; readonly end: number }[] = [];
  let revision = 1;
  let end = 0;
  for (const sizes of groups) {
    const events = sizes.map((size) => put(++revision, size));
    expect(await file.append(events)).toBe(true);
    end += encodeFrame(events, 0).length;
    written.push({ revisions: events.map((event) => event.revision), end });
  }
  file.close();
  return written;
}

test('whatever a crash leaves of the last group, all before it is read, and of it all or nothing', async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 5 });
  const groups = fc.array(sizes, { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(groups, fc.double({ min: 0, max: 1, noNaN: true }), async (given, part) => {
      const path = join(directory, 'ahead.log');
      rmSync(path, { force: true });
      const written = await appendGroups(path, given);
      const bytes = readFileSync(path);
      const whole = Buffer.from(bytes);
      const begin = written.at(-2)?.end ?? 0;
      const end = written.at(-1)?.end ?? 0;
      const torn = begin + Math.floor((end - begin) * part);
      bytes.fill(0, torn, end);
      writeFileSync(path, bytes);
      const before = written.slice(0, -1).flatMap(({ revisions }) => revisions);
      const all = written.flatMap(({ revisions }) => revisions);
      expect(revisionsIn(path)).toEqual(bytes.equals(whole) ? all : before);
    }),
    { numRuns: 40 },
  );
});

test('one changed bit ends what is read', async () => {
  const path = join(directory, 'ahead.log');
  const written = await appendGroups(path, [[10, 20], [30], [40]]);
  const bytes = readFileSync(path);
  const inSecond = (written[0]?.end ?? 0) + 60;
  bytes[inSecond] = (bytes[inSecond] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  expect(revisionsIn(path)).toEqual([2, 3]);
});

test('what was there before the file began anew is not read, and a group that does not fit is not written', async () => {
  const path = join(directory, 'ahead.log');
  await appendGroups(path, [[500], [500], [500]]);
  const file = new WriteAheadFile(path);
  expect(await file.append([put(5, 5_000_000)])).toBe(false);
  file.restart(6);
  expect(await file.append([put(6, 500)])).toBe(true);
  file.close();
  expect(revisionsIn(path)).toEqual([6]);
});

test('a store whose log is behind goes on where the file ahead of it ends, with the values before', async () => {
  const store = await openLmdbStore({ directory });
  await store.put('/a', Buffer.from('1'));
  await store.put('/b', Buffer.from('1'));
  await store.txn([
    { type: 'put', key: '/a', value: Buffer.from('2') },
    { type: 'delete', key: '/b' },
  ]);
  // As a crash leaves it: nothing has been moved yet.
  const crashed = mkdtempSync(join(directory, 'crashed-'));
  for (const name of ['ahead.log', 'data.mdb']) copyFileSync(join(directory, name), join(crashed, name));
  const expected = await recordEvents(store, 1);
  await store.close();
  for (let round = 0; round < 2; round++) {
    const opened = await openLmdbStore({ directory: crashed });
    expect([opened.revision, (await opened.range('')).values.map((stored) => textValue(stored))]).toEqual([
      4,
      [{ key: '/a', value: '2', createRevision: 2, modRevision: 4 }],
    ]);
    expect((await recordEvents(opened, 1)).events).toEqual(expected.events);
    await opened.close();
  }
});
