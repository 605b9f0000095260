import { Duplex } from 'node:stream';
import type { SpdyHeaders } from './header-codec.ts';

/** How a stream reaches its session. */
export interface SpdyStreamOwner {
  /** Calls back when the bytes have been handed to the connection. */
  send(streamId: number, data: Buffer, fin: boolean, callback: (error?: Error | null) => void): void;
  reset(streamId: number): void;
  /** Called when a stream takes data again after it was full. */
  resume(streamId: number): void;
  closed(streamId: number): void;
}

const MAX_FRAME = 64 * 1024;

/** One stream of a SPDY connection. `end` closes our half; the other half ends with 'end'. */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly #owner: SpdyStreamOwner;
  #remoteEnded = false;

  constructor(id: number, headers: SpdyHeaders, owner: SpdyStreamOwner) {
    super({ allowHalfOpen: true });
    this.id = id;
    this.headers = headers;
    this.#owner = owner;
  }

  /** Data from the peer; false when no more should come for now. */
  receive(data: Buffer, fin: boolean): boolean {
    const accepted = data.length === 0 || this.push(data);
    if (fin && !this.#remoteEnded) {
      this.#remoteEnded = true;
      this.push(null);
    }
    return accepted;
  }

  /** The connection is gone. What has been received whole can still be read. */
  disconnected(): void {
    if (!this.#remoteEnded) this.destroy();
  }

  override _read(): void {
    this.#owner.resume(this.id);
  }

  override _write(chunk: Buffer, _: BufferEncoding, callback: (error?: Error | null) => void): void {
    for (let offset = 0; offset < chunk.length; offset += MAX_FRAME) {
      const piece = chunk.subarray(offset, offset + MAX_FRAME);
      const isLast = offset + MAX_FRAME >= chunk.length;
      this.#owner.send(this.id, piece, false, isLast ? callback : () => {});
    }
    if (chunk.length === 0) callback();
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#owner.send(this.id, Buffer.alloc(0), true, callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.writableFinished || !this.#remoteEnded) this.#owner.reset(this.id);
    this.#owner.closed(this.id);
    callback(error);
  }
}
