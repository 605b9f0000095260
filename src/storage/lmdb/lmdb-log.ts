import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { type Database, open } from 'lmdb';
import { decodeRecord, encodePosition, type LogPosition, type LogRecord } from '../log-record.ts';

/** One write to the log. */
export type LogWrite =
  | { readonly type: 'append'; readonly position: LogPosition; readonly record: Buffer }
  | { readonly type: 'remove'; readonly position: LogPosition }
  | { readonly type: 'meta'; readonly meta: LogMeta };

/** What the log says of itself; kept under position 0. */
export interface LogMeta {
  readonly format: number;
  readonly compactedRevision: number;
}

/** The log's lmdb file: records by position. */
export class LmdbLog {
  readonly #database: Database<Buffer, Buffer>;

  readonly #path: string;

  constructor(directory: string) {
    this.#path = join(directory, 'data.mdb');
    this.#database = open<Buffer, Buffer>({
      path: directory,
      noSubdir: false,
      encoding: 'binary',
      keyEncoding: 'binary',
      // A transaction is then on disk when its promise resolves, and gone when it rejects: measured no slower.
      overlappingSync: false,
      // Groups are made by the store; waiting for more would only add latency.
      eventTurnBatching: false,
      // A map that grows is made anew each time, and the former ones keep their pages.
      mapSize: MAP_BYTES,
    });
  }

  /** Bytes of the file, free pages included. */
  sizeBytes(): number {
    return statSync(this.#path).size;
  }

  /** Undefined in a file that holds nothing. Throws when it holds something else than a log. */
  meta(): LogMeta | undefined {
    const bytes = this.#database.get(META_KEY);
    if (bytes) return JSON.parse(bytes.toString()) as LogMeta;
    if (this.#database.getKeysCount({ limit: 1 }) > 0) throw new Error('not a log');
    return undefined;
  }

  /** Records from `first` on, in order, those of `end` and later left out. */
  *records(first: LogPosition, end?: LogPosition): Generator<LogRecord, void> {
    const range = { start: encodePosition(first), ...(end ? { end: encodePosition(end) } : {}) };
    for (const { key, value } of this.#database.getRange(range)) yield decodeRecord(key, value);
  }

  /** Every record, newest first. The memory of its value is used again for the next one. */
  *newestFirst(): Generator<LogRecord, void> {
    for (const key of this.#database.getKeys({ start: LAST_KEY, end: META_KEY, reverse: true })) {
      const reused = this.#database.getBinaryFast(key)!;
      // Its `length` is that of the value, the memory is longer.
      yield decodeRecord(key, reused.subarray(0, reused.length));
    }
  }

  get(position: LogPosition): LogRecord | undefined {
    const key = encodePosition(position);
    const record = this.#database.get(key);
    return record && decodeRecord(key, record);
  }

  /** Applies all writes in one transaction, or none; resolves when they are on disk. */
  async write(writes: readonly LogWrite[]): Promise<void> {
    const promises: Promise<boolean>[] = [];
    const batch = this.#database.batch(() => {
      for (const write of writes) promises.push(this.#write(write));
    });
    try {
      const outcomes = await Promise.all([batch, ...promises]);
      if (outcomes.includes(false)) throw new Error('write log: record is out of order');
    } catch (error) {
      throw await causeOf(error, this.#path);
    }
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  #write(write: LogWrite): Promise<boolean> {
    if (write.type === 'meta') return this.#database.put(META_KEY, Buffer.from(JSON.stringify(write.meta)));
    const key = encodePosition(write.position);
    if (write.type === 'remove') return this.#database.remove(key);
    // Appending fills pages to the brim. The package's types know the options of `putSync` only.
    return this.#database.put(key, write.record, { append: true } as unknown as number);
  }
}

/** Addresses for the file, not memory: as much as it will hardly grow to. Beyond it the map grows. */
const MAP_BYTES = 2 ** 34;
const META_KEY = encodePosition({ revision: 0, index: 0 });
const LAST_KEY = Buffer.alloc(META_KEY.length, 0xff);

/**
 * lmdb rejects every write of a failed transaction with one error, and tells the reason in a promise of that error. Of a
 * full disk it only knows that not all was written.
 */
async function causeOf(error: unknown, path: string): Promise<Error> {
  const { commitError } = error as { commitError?: Promise<unknown> };
  const cause = commitError ? await commitError.catch((reason: unknown) => reason) : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = errorCode((cause as { code?: unknown } | undefined)?.code);
  if (code === 'EIO' && statfsSync(path).bavail === 0)
    return Object.assign(new Error('write store: no space left on device', { cause }), { code: 'ENOSPC' });
  return Object.assign(new Error(`write store: ${message}`, { cause }), code === undefined ? {} : { code });
}

/** lmdb gives the operating system's error numbers, and negative ones for errors of its own. */
export function errorCode(code: unknown): string | undefined {
  if (typeof code === 'number' && code > 0) return getSystemErrorName(-code);
  return typeof code === 'string' ? code : undefined;
}
