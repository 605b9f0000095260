import { createHash } from 'node:crypto';
import { decodeRecord, encodePosition, encodeRecord, type LogRecord } from '../log-record.ts';
import type { StoreEvent } from '../store.ts';

/**
 * A frame holds the events of one group: a mark, its length, the generation it belongs to, the digest of all that, and for
 * each event its position, its length and its record as the log has it.
 */
const MARK = 0x6b6e7772;
const LENGTH_AT = 4;
const GENERATION_AT = 8;
const DIGEST_AT = 16;
const DIGEST_BYTES = 20;
const HEADER_BYTES = DIGEST_AT + DIGEST_BYTES;
const PREFIX_BYTES = 16;

export interface Frame {
  readonly records: readonly LogRecord[];
  /** Where the next one would begin. */
  readonly end: number;
}

/** Readable again only with the generation that it was made for. */
export function encodeFrame(events: readonly StoreEvent[], generation: number): Buffer {
  const parts: Buffer[] = [Buffer.alloc(HEADER_BYTES)];
  for (const event of events) {
    // What it replaced is found by its revision alone once the frame is read.
    const before = event.previous && { revision: event.previous.modRevision, index: 0 };
    const record = encodeRecord(event, before);
    const length = Buffer.allocUnsafe(PREFIX_BYTES - POSITION_BYTES);
    length.writeUInt32BE(record.length);
    parts.push(encodePosition({ revision: event.revision, index: 0 }), length, record);
  }
  const frame = Buffer.concat(parts);
  frame.writeUInt32BE(MARK, 0);
  frame.writeUInt32BE(frame.length, LENGTH_AT);
  frame.writeBigUInt64BE(BigInt(generation), GENERATION_AT);
  digestOf(frame).copy(frame, DIGEST_AT);
  return frame;
}

const POSITION_BYTES = 12;

/** The generation that a frame at the beginning of `bytes` says it is of; undefined when none begins there. */
export function generationOf(bytes: Buffer): number | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32BE(0) !== MARK) return undefined;
  return Number(bytes.readBigUInt64BE(GENERATION_AT));
}

/** The frame at an offset; undefined where there is no whole one of this generation. Its values share the memory of `bytes`. */
export function readFrame(bytes: Buffer, offset: number, generation: number): Frame | undefined {
  const rest = bytes.subarray(offset);
  if (generationOf(rest) !== generation) return undefined;
  const length = rest.readUInt32BE(LENGTH_AT);
  if (length < HEADER_BYTES || length > rest.length) return undefined;
  const frame = rest.subarray(0, length);
  if (!digestOf(frame).equals(frame.subarray(DIGEST_AT, HEADER_BYTES))) return undefined;
  const records: LogRecord[] = [];
  for (let at = HEADER_BYTES; at < length; ) {
    const start = at + PREFIX_BYTES;
    const end = start + frame.readUInt32BE(at + POSITION_BYTES);
    records.push(decodeRecord(frame.subarray(at, at + POSITION_BYTES), frame.subarray(start, end)));
    at = end;
  }
  return { records, end: offset + length };
}

function digestOf(frame: Buffer): Buffer {
  return createHash('sha1').update(frame.subarray(0, DIGEST_AT)).update(frame.subarray(HEADER_BYTES)).digest();
}
