import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStoreSuite } from '../testing/store-suite.ts';
import { openLmdbStore } from './lmdb-store.ts';

runStoreSuite(
  'lmdb',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'knarr-store-'));
    let store = await openLmdbStore({ directory });
    return {
      get store() {
        return store;
      },
      ordersConcurrentWrites: true,
      async reopen() {
        await store.close();
        store = await openLmdbStore({ directory });
      },
      async dispose() {
        await store.close();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
  { modelRuns: 40 },
);
