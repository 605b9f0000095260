/** Kinds of frames (RFC 9113, section 6). */
export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const Flag = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

/** Settings by their number. */
export const Setting = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

export const FRAME_HEAD = 9;
/** The largest payload that everyone takes, and the largest that we take. */
export const MAX_FRAME = 16_384;
/** Windows before anybody has said anything. */
export const DEFAULT_WINDOW = 65_535;
export const MAX_WINDOW = 0x7fffffff;

/** Writes the head of a frame and returns where its payload begins. */
export function writeFrameHead(
  into: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  stream: number,
): number {
  into[at] = length >>> 16;
  into[at + 1] = length >>> 8;
  into[at + 2] = length;
  into[at + 3] = type;
  into[at + 4] = flags;
  into[at + 5] = stream >>> 24;
  into[at + 6] = stream >>> 16;
  into[at + 7] = stream >>> 8;
  into[at + 8] = stream;
  return at + FRAME_HEAD;
}

export function frameHead(length: number, type: number, flags: number, stream: number): Buffer {
  const head = Buffer.allocUnsafe(FRAME_HEAD);
  writeFrameHead(head, 0, length, type, flags, stream);
  return head;
}

/** A frame of a few 32-bit numbers. */
export function numbersFrame(type: number, stream: number, ...numbers: readonly number[]): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEAD + 4 * numbers.length);
  let at = writeFrameHead(frame, 0, 4 * numbers.length, type, 0, stream);
  for (const number of numbers) at = frame.writeUInt32BE(number, at);
  return frame;
}

export function settingsFrame(settings: readonly (readonly [number: number, value: number])[]): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEAD + 6 * settings.length);
  let at = writeFrameHead(frame, 0, 6 * settings.length, FrameType.settings, 0, 0);
  for (const [number, value] of settings) {
    at = frame.writeUInt16BE(number, at);
    at = frame.writeUInt32BE(value, at);
  }
  return frame;
}
