/** Control frame types of SPDY/3. */
export const SYN_STREAM = 1;
export const SYN_REPLY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const GOAWAY = 7;
export const HEADERS = 8;
export const WINDOW_UPDATE = 9;

export const FLAG_FIN = 1;
const VERSION = 3;
const HEAD = 8;
const ID_MASK = 0x7fffffff;

export type Frame =
  | { readonly kind: 'data'; readonly streamId: number; readonly fin: boolean; readonly data: Buffer }
  | { readonly kind: 'control'; readonly type: number; readonly fin: boolean; readonly body: Buffer };

/** Cuts a byte stream into frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    while (bytes.length >= HEAD) {
      const length = bytes.readUIntBE(5, 3);
      if (bytes.length < HEAD + length) break;
      frames.push(readFrame(bytes, length));
      bytes = bytes.subarray(HEAD + length);
    }
    this.#rest = bytes;
    return frames;
  }
}

function readFrame(bytes: Buffer, length: number): Frame {
  const first = bytes.readUInt32BE(0);
  const fin = ((bytes[4] as number) & FLAG_FIN) !== 0;
  const body = bytes.subarray(HEAD, HEAD + length);
  if ((first & 0x80000000) === 0) return { kind: 'data', streamId: first & ID_MASK, fin, data: body };
  return { kind: 'control', type: first & 0xffff, fin, body };
}

export function dataFrame(streamId: number, data: Buffer, fin: boolean): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(streamId & ID_MASK, 0);
  head[4] = fin ? FLAG_FIN : 0;
  head.writeUIntBE(data.length, 5, 3);
  return Buffer.concat([head, data]);
}

export function controlFrame(type: number, body: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt16BE(0x8000 | VERSION, 0);
  head.writeUInt16BE(type, 2);
  head[4] = flags;
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

export const streamIdOf = (body: Buffer): number => body.readUInt32BE(0) & ID_MASK;

/** A body of 32-bit numbers. */
export function words(...values: readonly number[]): Buffer {
  const body = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) body.writeUInt32BE(value, index * 4);
  return body;
}
