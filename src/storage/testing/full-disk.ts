/**
 * A process for the full-disk test: its first argument is a directory on a small file system of its own. Prints as JSON
 * what happened to writes before, while and after the disk was full.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLmdbStore } from '../lmdb/lmdb-store.ts';

const root = process.argv[2]!;
const directory = join(root, 'store');
const filler = join(root, 'filler');

function fillDisk(): void {
  for (let size = 2 ** 20; size >= 512; size /= 2) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

const store = await openLmdbStore({ directory });
const seen: number[] = [];
await store.watch(store.revision, (events) => seen.push(...events.map(({ revision }) => revision)));
await store.put('/before', Buffer.alloc(1000, 'a'));
fillDisk();
const outcomes = await Promise.allSettled([1, 2, 3].map((i) => store.put(`/during/${i}`, Buffer.alloc(200_000, 'b'))));
const failed = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'written'));
const during = { failed, revision: store.revision, keys: (await store.range('')).values.map(({ key }) => key) };
rmSync(filler);
const after = await store.put('/after', Buffer.alloc(200_000, 'c'));
await store.close();
const reopened = await openLmdbStore({ directory });
const keys = (await reopened.range('')).values.map(({ key }) => key);
await reopened.close();
process.stdout.write(JSON.stringify({ during, after, seen, keys }));
