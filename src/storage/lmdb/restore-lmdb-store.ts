import { mkdirSync } from 'node:fs';
import { encodeRecord } from '../log-record.ts';
import type { StoredValue, StoreEvent } from '../store.ts';
import { LOG_FORMAT } from './lmdb-journal.ts';
import { LmdbLog, type LogWrite } from './lmdb-log.ts';

/** Records written in one transaction. */
const BATCH = 1000;

/**
 * Makes a store of some values in a directory that is empty or absent. Every value gets a revision of its own after
 * `revision`, and all history up to the last one is forgotten: whoever watched from an older one has to list again.
 * Answers the store's revision.
 */
export async function restoreLmdbStore(
  directory: string,
  values: Iterable<StoredValue>,
  revision: number,
): Promise<number> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const log = new LmdbLog(directory);
  try {
    let last = revision;
    let writes: LogWrite[] = [metaWrite(0)];
    for (const value of values) {
      writes.push(append(value, ++last));
      if (writes.length < BATCH) continue;
      await log.write(writes);
      writes = [];
    }
    await log.write([...writes, metaWrite(last)]);
    return last;
  } finally {
    await log.close();
  }
}

const metaWrite = (compactedRevision: number): LogWrite => ({
  type: 'meta',
  meta: { format: LOG_FORMAT, compactedRevision },
});

function append({ key, value }: StoredValue, revision: number): LogWrite {
  const stored = { key, value, createRevision: revision, modRevision: revision };
  const event: StoreEvent = { type: 'put', key, revision, value: stored };
  return { type: 'append', position: { revision, index: 0 }, record: encodeRecord(event, undefined) };
}
