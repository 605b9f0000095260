import { ConnectionError, ErrorCode } from './error-code.ts';
import { Flag } from './frame.ts';

/** A stream, a flag and a weight. */
export const PRIORITY_BYTES = 5;

/** A payload without its padding. */
export function withoutPadding(flags: number, payload: Buffer): Buffer {
  if ((flags & Flag.padded) === 0) return payload;
  const padding = payload[0] ?? payload.length;
  if (padding >= payload.length) throw new ConnectionError(ErrorCode.protocol, 'more padding than frame');
  return payload.subarray(1, payload.length - padding);
}

/** The piece of a header block that a HEADERS frame holds. What it says of priorities is not asked for any more. */
export function headerPiece(flags: number, stream: number, payload: Buffer): Buffer {
  const piece = withoutPadding(flags, payload);
  if ((flags & Flag.priority) === 0) return piece;
  if (piece.length < PRIORITY_BYTES) throw new ConnectionError(ErrorCode.frameSize, 'a priority that is cut off');
  if (dependency(piece) === stream) throw new ConnectionError(ErrorCode.protocol, 'a stream that depends on itself');
  return piece.subarray(PRIORITY_BYTES);
}

/** The stream that another waits for, as what is said of priorities begins. */
export const dependency = (priority: Buffer): number => priority.readUInt32BE(0) & 0x7fffffff;

/** Throws ConnectionError for a payload of another size. */
export function expectSize(payload: Buffer, bytes: number): void {
  if (payload.length !== bytes)
    throw new ConnectionError(ErrorCode.frameSize, `a frame of ${payload.length} bytes instead of ${bytes}`);
}
