import type { StoreEvent } from './store.ts';

/** Where a record lies in the log: its revision, and its place among the records of that revision. */
export interface LogPosition {
  readonly revision: number;
  readonly index: number;
}

/** A record of the log, as stored. */
export interface LogRecord extends LogPosition {
  readonly type: 'put' | 'delete';
  readonly key: string;
  /** Empty for a delete. */
  readonly value: Buffer;
  readonly createRevision: number;
  /** The record of the value that this one replaces. */
  readonly previous: LogPosition | undefined;
}

/**
 * A log key is a revision (8 bytes) and an index (4 bytes), big-endian, so that byte order is the order of writing. A log
 * value is a header (type, revision created at, position replaced, length of the key), the key in UTF-8, and the value.
 */
const POSITION_BYTES = 12;
const HEADER_BYTES = 1 + 8 + POSITION_BYTES + 4;

export function encodePosition({ revision, index }: LogPosition): Buffer {
  const bytes = Buffer.allocUnsafe(POSITION_BYTES);
  writePosition(bytes, 0, revision, index);
  return bytes;
}

export function encodeRecord(event: StoreEvent, previous: LogPosition | undefined): Buffer {
  const keyBytes = Buffer.byteLength(event.key);
  const value = event.value?.value;
  const record = Buffer.allocUnsafe(HEADER_BYTES + keyBytes + (value?.length ?? 0));
  record[0] = event.type === 'put' ? 1 : 0;
  writeRevision(record, 1, event.value?.createRevision ?? 0);
  writePosition(record, 9, previous?.revision ?? 0, previous?.index ?? 0);
  record.writeUInt32BE(keyBytes, 9 + POSITION_BYTES);
  record.write(event.key, HEADER_BYTES);
  if (value) record.set(value, HEADER_BYTES + keyBytes);
  return record;
}

/** The value shares the record's memory. */
export function decodeRecord(position: Uint8Array, record: Buffer): LogRecord {
  const { revision, index } = readPosition(Buffer.from(position.buffer, position.byteOffset, position.length), 0);
  const previous = readPosition(record, 9);
  const valueStart = HEADER_BYTES + record.readUInt32BE(9 + POSITION_BYTES);
  return {
    revision,
    index,
    type: record[0] === 1 ? 'put' : 'delete',
    key: record.toString('utf8', HEADER_BYTES, valueStart),
    value: record.subarray(valueStart),
    createRevision: readRevision(record, 1),
    previous: previous.revision === 0 ? undefined : previous,
  };
}

/** What a record counts towards the limit on bytes. */
export function recordSize(record: LogRecord): number {
  return record.key.length + record.value.length;
}

function writePosition(target: Buffer, offset: number, revision: number, index: number): void {
  writeRevision(target, offset, revision);
  target.writeUInt32BE(index, offset + 8);
}

function readPosition(source: Buffer, offset: number): LogPosition {
  return { revision: readRevision(source, offset), index: source.readUInt32BE(offset + 8) };
}

function writeRevision(target: Buffer, offset: number, revision: number): void {
  target.writeUInt32BE(Math.floor(revision / 2 ** 32), offset);
  target.writeUInt32BE(revision % 2 ** 32, offset + 4);
}

function readRevision(source: Buffer, offset: number): number {
  return source.readUInt32BE(offset) * 2 ** 32 + source.readUInt32BE(offset + 4);
}
