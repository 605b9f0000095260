import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { SNAPSHOT_PATH } from '#apiserver/snapshot-path.ts';
import { openLmdbStore } from '#storage/lmdb/lmdb-store.ts';
import { restoreLmdbStore } from '#storage/lmdb/restore-lmdb-store.ts';
import { readSnapshot, type Snapshot } from '#storage/snapshot/read-snapshot.ts';
import { SnapshotError } from '#storage/snapshot/snapshot-error.ts';
import { writeSnapshot } from '#storage/snapshot/write-snapshot.ts';
import { StoreOpenError } from '#storage/store-open-error.ts';
import { CommandError } from './command-error.ts';
import type { DataDirectory } from './data-directory.ts';
import { readRunFile } from './run-file.ts';

/**
 * How far revisions go ahead when a store is restored: what clients saw after the snapshot was made lies behind, so that
 * nobody takes an old state for a new one. As much as etcd's own tools advise.
 */
const REVISION_BUMP = 1_000_000_000;

/** Writes a snapshot of a cluster's store, running or not, to a file, whole or not at all. Throws a `CommandError`. */
export async function saveSnapshot(data: DataDirectory, path: string): Promise<Snapshot> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const run = await readRunFile(data);
    await writeFile(temporary, run ? await download(data, run.server) : readStopped(data));
    const snapshot = await readSnapshot(temporary);
    await rename(temporary, path);
    return snapshot;
  } catch (error) {
    await rm(temporary, { force: true });
    throw tellable('save snapshot', error);
  }
}

/** Puts a snapshot in the place of a stopped cluster's store. Nothing is touched before the file was found whole. */
export async function restoreSnapshot(
  data: DataDirectory,
  path: string,
  { overwrite }: { readonly overwrite: boolean },
): Promise<{ readonly snapshot: Snapshot; readonly revision: number }> {
  const run = await readRunFile(data);
  if (run)
    throw new CommandError(`restore snapshot: cluster ${run.name} is running (process ${run.pid}); stop it first`);
  try {
    const snapshot = await readSnapshot(path);
    const exists = existsSync(data.path('store', 'data.mdb'));
    if (exists && !overwrite) {
      throw new CommandError(`restore snapshot: ${data.path('store')} holds a store; --overwrite replaces it`);
    }
    const present = exists ? await revisionOf(data) : 0;
    const restoring = data.path('store.restoring');
    await rm(restoring, { recursive: true, force: true });
    const start = Math.max(snapshot.header.revision, present) + REVISION_BUMP;
    const revision = await restoreLmdbStore(restoring, snapshot.values(), start);
    await replaceStore(data, restoring);
    return { snapshot, revision };
  } catch (error) {
    throw tellable('restore snapshot', error);
  }
}

async function revisionOf(data: DataDirectory): Promise<number> {
  const store = await openLmdbStore({ directory: data.path('store') });
  const { revision } = store;
  await store.close();
  return revision;
}

async function replaceStore(data: DataDirectory, restored: string): Promise<void> {
  const replaced = data.path('store.replaced');
  await rm(replaced, { recursive: true, force: true });
  const had = existsSync(data.path('store'));
  if (had) await rename(data.path('store'), replaced);
  try {
    await rename(restored, data.path('store'));
  } catch (error) {
    if (had) await rename(replaced, data.path('store'));
    throw error;
  }
  await syncDirectory(data.root);
  await rm(replaced, { recursive: true, force: true });
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  await directory.sync();
  await directory.close();
}

async function* readStopped(data: DataDirectory): AsyncGenerator<Buffer, void> {
  if (!existsSync(data.path('store', 'data.mdb'))) throw new SnapshotError(`${data.path('store')} holds no store`);
  const store = await openLmdbStore({ directory: data.path('store') });
  try {
    yield* writeSnapshot(store);
  } finally {
    await store.close();
  }
}

/** The snapshot that a running server gives its administrator. */
async function download(data: DataDirectory, server: string): Promise<IncomingMessage> {
  const [ca, cert, key] = await Promise.all(
    ['ca.crt', 'admin.crt', 'admin.key'].map((name) => data.read(`pki/${name}`)),
  );
  const request = httpsRequest(`${server}${SNAPSHOT_PATH}`, { ca, cert, key, agent: false });
  request.end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw new SnapshotError(`${server} answered ${answer.statusCode}`);
  }
  return answer;
}

async function writeFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

function tellable(action: string, error: unknown): unknown {
  if (error instanceof CommandError) return error;
  const isKnown = error instanceof SnapshotError || error instanceof StoreOpenError;
  if (!isKnown && (error as NodeJS.ErrnoException).code === undefined) return error;
  return new CommandError(`${action}: ${(error as Error).message}`, { cause: error });
}
