import type { StoredValue } from '../store.ts';

/**
 * A snapshot is a line of JSON (`SnapshotHeader`), the values one after another, and the SHA-256 of all that. A value is the
 * lengths of key and value (4 bytes each), the revisions it was created and last changed at (8 bytes each), the
 * key in UTF-8, and the value as the engine held it. Numbers are big-endian.
 */
export interface SnapshotHeader {
  readonly format: 'knarr-snapshot';
  readonly version: 1;
  /** Of the whole store, at which every value was read. */
  readonly revision: number;
  readonly values: number;
}

export const CHECKSUM_BYTES = 32;
const LENGTHS_BYTES = 4 + 4 + 8 + 8;

export const encodeHeader = (header: SnapshotHeader): Buffer => Buffer.from(`${JSON.stringify(header)}\n`);

export function encodeValue({ key, value, createRevision, modRevision }: StoredValue): Buffer {
  const keyBytes = Buffer.from(key);
  const head = Buffer.allocUnsafe(LENGTHS_BYTES);
  head.writeUInt32BE(keyBytes.length, 0);
  head.writeUInt32BE(value.length, 4);
  head.writeBigUInt64BE(BigInt(createRevision), 8);
  head.writeBigUInt64BE(BigInt(modRevision), 16);
  return Buffer.concat([head, keyBytes, value]);
}

/** The header of a snapshot's bytes and where the values begin; undefined when they are something else. */
export function decodeHeader(bytes: Buffer): { readonly header: SnapshotHeader; readonly end: number } | undefined {
  const end = bytes.indexOf('\n');
  if (end < 0 || end > 1000) return undefined;
  try {
    const header = JSON.parse(bytes.toString('utf8', 0, end)) as SnapshotHeader;
    return header.format === 'knarr-snapshot' ? { header, end: end + 1 } : undefined;
  } catch {
    return undefined;
  }
}

/** The values between two places; they share the memory of `bytes`. */
export function* decodeValues(bytes: Buffer, from: number, to: number): Generator<StoredValue, void> {
  for (let at = from; at < to; ) {
    const keyEnd = at + LENGTHS_BYTES + bytes.readUInt32BE(at);
    const valueEnd = keyEnd + bytes.readUInt32BE(at + 4);
    yield {
      key: bytes.toString('utf8', at + LENGTHS_BYTES, keyEnd),
      value: bytes.subarray(keyEnd, valueEnd),
      createRevision: Number(bytes.readBigUInt64BE(at + 8)),
      modRevision: Number(bytes.readBigUInt64BE(at + 16)),
    };
    at = valueEnd;
  }
}
