import { closeSync, fsyncSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Logger } from '#base/logger.ts';
import { EmbeddedStore } from '../embedded-store.ts';
import { HistoryWindow } from '../history-window.ts';
import type { HistoryLimits } from '../journal.ts';
import type { Store } from '../store.ts';
import { StoreOpenError } from '../store-open-error.ts';
import { WriteAheadFile } from '../write-ahead/write-ahead-file.ts';
import { WriteAheadJournal } from '../write-ahead/write-ahead-journal.ts';
import { DirectoryLock } from './directory-lock.ts';
import { FORMER_FORMATS, LmdbJournal, LOG_FORMAT } from './lmdb-journal.ts';
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
  let ahead: WriteAheadFile | undefined;
  try {
    log = openLog(directory);
    await checkFormat(directory, log);
    ahead = openAhead(directory);
    syncDirectory(directory);
    const { history, logger } = options;
    const window = new HistoryWindow(history);
    const inner = new LmdbJournal(log, window, () => lock.release());
    return new EmbeddedStore(new WriteAheadJournal(inner, ahead, { window, logger }), logger);
  } catch (error) {
    ahead?.close();
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

function openAhead(directory: string): WriteAheadFile {
  try {
    return new WriteAheadFile(join(directory, 'ahead.log'));
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
  if (format !== undefined && !FORMER_FORMATS.includes(format)) {
    throw unknownFormat(directory, `format is ${format}, this version knows ${LOG_FORMAT}`);
  }
  const compactedRevision = log.meta()?.compactedRevision ?? 0;
  await log.write([{ type: 'meta', meta: { format: LOG_FORMAT, compactedRevision } }]);
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
