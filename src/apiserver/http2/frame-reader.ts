import { ConnectionError, ErrorCode } from './error-code.ts';
import { FRAME_HEAD, MAX_FRAME } from './frame.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** `payload` is a view of what was read: whoever keeps it keeps that. */
export type OnFrame = (type: number, flags: number, stream: number, payload: Buffer) => void;

/** Makes frames of the bytes of a connection, however they come. Throws ConnectionError. */
export class FrameReader {
  readonly #onFrame: OnFrame;
  #rest: Buffer | undefined;
  #isBegun = false;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  read(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let at = 0;
    if (!this.#isBegun) {
      if (!PREFACE.subarray(0, bytes.length).equals(bytes.subarray(0, PREFACE.length)))
        throw new ConnectionError(ErrorCode.protocol, 'not the preface of HTTP/2');
      if (bytes.length < PREFACE.length) {
        this.#rest = bytes;
        return;
      }
      this.#isBegun = true;
      at = PREFACE.length;
    }
    while (bytes.length - at >= FRAME_HEAD) {
      const length = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
      if (length > MAX_FRAME) throw new ConnectionError(ErrorCode.frameSize, `a frame of ${length} bytes`);
      const payload = at + FRAME_HEAD;
      if (bytes.length < payload + length) break;
      const stream = bytes.readUInt32BE(at + 5) & 0x7fffffff;
      this.#onFrame(
        bytes[at + 3] as number,
        bytes[at + 4] as number,
        stream,
        bytes.subarray(payload, payload + length),
      );
      at = payload + length;
    }
    if (at < bytes.length) this.#rest = at === 0 ? bytes : bytes.subarray(at);
  }
}
