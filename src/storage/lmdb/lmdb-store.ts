import { closeSync, fsyncSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Logger } from '#base/logger.ts';
import { EmbeddedStore } from '../embedded-store.ts';
import type { HistoryLimits } from '../journal.ts';
import type { Store } from '../store.ts';
import { StoreOpenError } from '../store-open-error.ts';
import { DirectoryLock } from './directory-lock.ts';
import { LmdbJournal, LOG_FORMAT } from './lmdb-journal.ts';
import { errorCode, LmdbLog } from './lmdb-log.ts';

export interface LmdbStoreOptions {
  /** Holds all files of the store and nothing else; made when it does not exist. */
  readonly directory: string;
  readonly history?: HistoryLimits;
  readonly logger?: Logger;
}

/**
 * Opens the embedded store that survives the process and power loss: a write is on disk when its promise resolves. A write
 * that fails (full disk: code ENOSPC) rejects, changes nothing, and later ones may succeed. Rejects with
 * `StoreOpenError` when the directory is in use, not accessible, or of an unknown format.
 */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<Store> {
  const { directory } = options;
  const lock = lockDirectory(directory);
  let log: LmdbLog | undefined;
  try {
    log = openLog(directory);
    await checkFormat(directory, log);
    syncDirectory(directory);
    return new EmbeddedStore(new LmdbJournal(log, options.history ?? {}, () => lock.release()), options.logger);
  } catch (error) {
    await log?.close();
    lock.release();
    throw error;
  }
}

function lockDirectory(directory: string): DirectoryLock {
  try {
    mkdirSync(directory, { recursive: true });
    return DirectoryLock.acquire(directory);
  } catch (error) {
    throw openError(directory, error);
  }
}

function openLog(directory: string): LmdbLog {
  try {
    if (!isDatabase(join(directory, 'data.mdb'))) throw unknownFormat(directory, NOT_OURS);
    return new LmdbLog(directory);
  } catch (error) {
    throw openError(directory, error);
  }
}

/** Makes the file names themselves survive power loss. */
function syncDirectory(directory: string): void {
  for (const path of [directory, dirname(resolve(directory))]) {
    const descriptor = openSync(path, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
}

/** Whether a file is absent, empty or begins as lmdb's files do; given anything else, lmdb crashes. */
function isDatabase(path: string): boolean {
  const header = Buffer.alloc(MAGIC_OFFSET + 4);
  const file = openIfPresent(path);
  if (file === undefined) return true;
  try {
    return readSync(file, header) === 0 || header.readUInt32LE(MAGIC_OFFSET) === MAGIC;
  } finally {
    closeSync(file);
  }
}

function openIfPresent(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function checkFormat(directory: string, log: LmdbLog): Promise<void> {
  const format = readFormat(directory, log);
  if (format === LOG_FORMAT) return;
  if (format !== undefined) throw unknownFormat(directory, `format is ${format}, this version knows ${LOG_FORMAT}`);
  await log.write([{ type: 'meta', meta: { format: LOG_FORMAT, compactedRevision: 0 } }]);
}

function readFormat(directory: string, log: LmdbLog): number | undefined {
  try {
    return log.meta()?.format;
  } catch (error) {
    throw unknownFormat(directory, NOT_OURS, error);
  }
}

const NOT_OURS = 'data.mdb is not a store of Knarr';
const MAGIC_OFFSET = 24;
const MAGIC = 0xbeefc0de;

function unknownFormat(directory: string, detail: string, cause?: unknown): StoreOpenError {
  return new StoreOpenError('unknown-format', directory, detail, { cause });
}

function openError(directory: string, error: unknown): StoreOpenError {
  if (error instanceof StoreOpenError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new StoreOpenError('inaccessible', directory, message, { cause: error, code: errorCode(code) });
}
