import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { StoredValue } from '../store.ts';
import { SnapshotError } from './snapshot-error.ts';
import { CHECKSUM_BYTES, decodeHeader, decodeValues, type SnapshotHeader } from './snapshot-format.ts';

/** A snapshot whose checksum was found right. */
export interface Snapshot {
  readonly header: SnapshotHeader;
  /** SHA-256 in hexadecimal. */
  readonly checksum: string;
  readonly bytes: number;
  values(): Iterable<StoredValue>;
}

/** Reads a file and checks it, all of it, before anything is made of it. Rejects with a `SnapshotError`. */
export async function readSnapshot(path: string): Promise<Snapshot> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new SnapshotError(`read snapshot ${path}: ${error.message}`, { cause: error });
  });
  const found = decodeHeader(bytes);
  if (found === undefined) throw new SnapshotError(`read snapshot ${path}: is not a snapshot of Knarr`);
  const { header, end } = found;
  if (header.version !== 1) {
    throw new SnapshotError(`read snapshot ${path}: its version is ${header.version}, this program knows 1`);
  }
  const body = bytes.length - CHECKSUM_BYTES;
  const checksum = createHash('sha256')
    .update(bytes.subarray(0, Math.max(0, body)))
    .digest();
  if (body < end || !checksum.equals(bytes.subarray(body))) {
    throw new SnapshotError(`read snapshot ${path}: is truncated or altered, its checksum does not match`);
  }
  return {
    header,
    checksum: checksum.toString('hex'),
    bytes: bytes.length,
    values: () => decodeValues(bytes, end, body),
  };
}
