/**
 * Durable puts a second of the embedded store and of Debian's etcd, on the same disk in the same run. Each put replaces one
 * of 1,000 keys of its writer with 1,000 bytes. etcd runs as its own process, as it does in a cluster, behind gRPC on loopback.
 * Arguments: seconds a measurement, by default 3.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLmdbStore } from '../../src/storage/lmdb/lmdb-store.ts';
import { startEtcd } from './etcd-peer.ts';
import { type LoadResult, runLoad } from './load.ts';

const WRITERS = [1, 16, 256];
const value = Buffer.alloc(1000, 'knarr');
const seconds = Number(process.argv[2] ?? 3);
// Beside the bundle: /tmp may be a file system in memory.
const root = mkdtempSync(join(import.meta.dirname, 'data-'));

type Put = (key: string, value: Uint8Array) => Promise<void>;

async function measure(put: Put): Promise<Map<number, LoadResult>> {
  await runLoad(16, 0.5, (writer, sequence) => put(`/warm/${writer}/${sequence % 1000}`, value));
  const results = new Map<number, LoadResult>();
  for (const writers of WRITERS) {
    results.set(
      writers,
      await runLoad(writers, seconds, (writer, sequence) => put(`/bench/${writer}/${sequence % 1000}`, value)),
    );
  }
  return results;
}

async function measureLmdb(): Promise<Map<number, LoadResult>> {
  const store = await openLmdbStore({ directory: join(root, 'lmdb') });
  const results = await measure(async (key, bytes) => {
    await store.put(key, bytes);
  });
  await store.close();
  return results;
}

function row(name: string, writers: number, { writesPerSecond, median, p99 }: LoadResult): Record<string, unknown> {
  return {
    store: name,
    writers,
    'puts/s': Math.round(writesPerSecond),
    'median ms': median.toFixed(2),
    'p99 ms': p99.toFixed(2),
  };
}

try {
  const rows = [...(await measureLmdb())].map(([writers, result]) => row('knarr lmdb', writers, result));
  const etcd = await startEtcd(join(root, 'etcd'));
  if (etcd) {
    const results = await measure(etcd.put);
    await etcd.stop();
    rows.push(...[...results].map(([writers, result]) => row(`etcd ${etcd.version}`, writers, result)));
  } else {
    console.warn('etcd is not installed: no peer in this run');
  }
  console.table(rows);
} finally {
  rmSync(root, { recursive: true, force: true });
}
