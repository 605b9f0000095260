/**
 * A process to be killed: writes to the lmdb store in the directory of its first argument from many writers at once and
 * prints `writer sequence revision` for each write that is acknowledged. A writer sets two keys to the same sequence
 * number in one transaction, or deletes both and creates them again.
 */
import { writeSync } from 'node:fs';
import { openLmdbStore } from '../lmdb/lmdb-store.ts';
import type { Store, StoreOperation } from '../store.ts';
import { crashKeys, crashValue, parseCrashValue } from './crash-values.ts';

const WRITERS = 64;

async function run(store: Store, writer: number): Promise<void> {
  const keys = crashKeys(writer);
  const stored = await store.get(keys[0]);
  for (let sequence = stored ? parseCrashValue(stored.value) + 1 : 1; ; sequence++) {
    if (sequence % 10 === 0) await store.txn(keys.map((key): StoreOperation => ({ type: 'delete', key })));
    const value = crashValue(sequence);
    const result = await store.txn(keys.map((key): StoreOperation => ({ type: 'put', key, value })));
    if (!result.ok) throw new Error(`write of writer ${writer}: conflict on ${result.key}`);
    writeSync(1, `${writer} ${sequence} ${result.revision}\n`);
  }
}

const store = await openLmdbStore({ directory: process.argv[2]!, history: { events: 2000 } });
await Promise.all(Array.from({ length: WRITERS }, (_, writer) => run(store, writer)));
