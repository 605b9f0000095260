/** How long the embedded store takes to open, by what is in it. Values of 2,000 bytes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLmdbStore } from '../../src/storage/lmdb/lmdb-store.ts';

const value = Buffer.alloc(2000, 'knarr');
const rows: Record<string, unknown>[] = [];
for (const [live, replaced] of [
  [0, 0],
  [1000, 10_000],
  [10_000, 90_000],
  [100_000, 0],
] as const) {
  const directory = mkdtempSync(join(import.meta.dirname, 'data-'));
  try {
    let store = await openLmdbStore({ directory });
    await Promise.all(
      Array.from({ length: live + replaced }, (_, i) => store.put(`/registry/things/${i % live}`, value)),
    );
    await store.close();
    const begin = performance.now();
    store = await openLmdbStore({ directory });
    rows.push({ live, replaced, 'open ms': (performance.now() - begin).toFixed(1) });
    await store.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
console.table(rows);
