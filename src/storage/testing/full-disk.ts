/**
 * A process for the full-disk test: its first argument is a directory on a small file system of its own. Prints as JSON
 * what happened to writes before, while and after the disk was full.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLmdbStore } from '../lmdb/lmdb-store.ts';
import type { Store } from '../store.ts';

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
const written = ['/before'];
const failed: string[] = [];
const codes = new Set<unknown>();
for (let i = 0; i < 40; i++) {
  const key = `/during/${i}`;
  await store.put(key, Buffer.alloc(200_000, 'b')).then(
    () => written.push(key),
    (error: NodeJS.ErrnoException) => {
      failed.push(key);
      codes.add(error.code);
    },
  );
}
const keysOf = async (from: Store) => (await from.range('')).values.map(({ key }) => key);
const present = await keysOf(store);
const changed = failed.filter((key) => present.includes(key));
rmSync(filler);
const after = await store.put('/after', Buffer.alloc(200_000, 'c'));
const { revision } = store;
await store.close();
const reopened = await openLmdbStore({ directory });
const kept = await keysOf(reopened);
await reopened.close();
process.stdout.write(
  JSON.stringify({
    codes: [...codes],
    some: written.length > 1 && failed.length > 1,
    changed,
    after: { ok: after.ok },
    lost: [...written, '/after'].filter((key) => !kept.includes(key)),
    // One revision for each write that was acknowledged, in order.
    seen: seen.join() === Array.from({ length: revision - 1 }, (_, i) => i + 2).join(),
  }),
);
