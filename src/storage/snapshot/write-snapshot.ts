import { createHash } from 'node:crypto';
import { setImmediate as immediate } from 'node:timers/promises';
import type { Store } from '../store.ts';
import { encodeHeader, encodeValue } from './snapshot-format.ts';

/** Values encoded before other work gets its turn. */
const CHUNK = 500;

/** A snapshot of a store in pieces: all live values as they are at one revision, whatever is written meanwhile. */
export async function* writeSnapshot(store: Store): AsyncGenerator<Buffer, void> {
  const hash = createHash('sha256');
  const { values, revision } = await store.range('/');
  const header = encodeHeader({ format: 'knarr-snapshot', version: 1, revision, values: values.length });
  hash.update(header);
  yield header;
  for (let start = 0; start < values.length; start += CHUNK) {
    const chunk = Buffer.concat(values.slice(start, start + CHUNK).map(encodeValue));
    hash.update(chunk);
    yield chunk;
    await immediate();
  }
  yield hash.digest();
}
