import { Duplex } from 'node:stream';
import { append } from '#base/append.ts';
import { Http2Connection } from '../connection.ts';
import { Flag, FRAME_HEAD, FrameType, frameHead } from '../frame.ts';
import { FieldDecoder } from '../hpack/field-decoder.ts';
import { FieldEncoder } from '../hpack/field-encoder.ts';
import type { Http2Stream } from '../stream.ts';

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const frame = (
  type: keyof typeof FrameType | number,
  stream: number,
  payload: Uint8Array | string = '',
  flags = 0,
) => {
  const bytes = Buffer.from(payload as string);
  const kind = typeof type === 'number' ? type : FrameType[type];
  return Buffer.concat([frameHead(bytes.length, kind, flags, stream), bytes]);
};

export interface Told {
  readonly type: string;
  readonly stream: number;
  readonly flags: number;
  readonly payload: Buffer;
}

const NAMES = Object.fromEntries(Object.entries(FrameType).map(([name, number]) => [number, name]));

/** A connection without a network: what is said to it by hand, and what it answers, frame by frame. */
export class RawPeer {
  readonly streams: Http2Stream[] = [];
  readonly faults: unknown[] = [];
  readonly connection: Http2Connection;
  readonly #encoder = new FieldEncoder();
  readonly #decoder = new FieldDecoder();
  readonly #socket: Duplex;
  #said = Buffer.alloc(0);
  #isTaken = true;
  #waiting: (() => void) | undefined;

  constructor(onStream?: (stream: Http2Stream) => void) {
    this.#socket = new Duplex({
      read() {},
      write: (chunk, _encoding, callback) => {
        this.#said = Buffer.concat([this.#said, chunk]);
        if (this.#isTaken) callback();
        else this.#waiting = callback;
      },
      final: (callback) => callback(),
    });
    this.connection = new Http2Connection(this.#socket, {
      onStream: (stream) => {
        this.streams.push(stream);
        onStream?.(stream);
      },
      onFault: (error) => this.faults.push(error),
      headersTimeoutMs: 60_000,
      idleMs: 60_000,
    });
  }

  /** The preface and settings of a client that wants nothing special. */
  greet(settings: Uint8Array = new Uint8Array()): void {
    this.say(PREFACE, frame('settings', 0, settings));
  }

  say(...frames: readonly Uint8Array[]): void {
    for (const each of frames) this.#socket.emit('data', each);
  }

  /** Reads nothing more until `take`. */
  stall(): void {
    this.#isTaken = false;
  }

  take(): void {
    this.#isTaken = true;
    const callback = this.#waiting;
    this.#waiting = undefined;
    callback?.();
  }

  /** A header block that only this peer's connection can read, in its turn. */
  block(fields: Readonly<Record<string, string>> | readonly string[]): Buffer {
    return Buffer.from(this.#encoder.encode(Array.isArray(fields) ? fields : Object.entries(fields).flat()));
  }

  request(stream: number, fields: Readonly<Record<string, string>> = {}, flags: number = Flag.endStream): Buffer {
    const block = this.block({ ':method': 'GET', ':scheme': 'https', ':path': '/', ...fields });
    return frame('headers', stream, block, flags | Flag.endHeaders);
  }

  /** What was answered since it was last asked. */
  async told(): Promise<readonly Told[]> {
    // Answers are gathered until the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    const told: Told[] = [];
    let at = 0;
    while (this.#said.length - at >= FRAME_HEAD) {
      const length = this.#said.readUIntBE(at, 3);
      const end = at + FRAME_HEAD + length;
      if (end > this.#said.length) break;
      told.push({
        type: NAMES[this.#said[at + 3] as number] as string,
        flags: this.#said[at + 4] as number,
        stream: this.#said.readUInt32BE(at + 5),
        payload: this.#said.subarray(at + FRAME_HEAD, end),
      });
      at = end;
    }
    this.#said = this.#said.subarray(at);
    return told;
  }

  /** What is answered until a frame of this kind is among it. */
  async next(type: string): Promise<readonly Told[]> {
    const told: Told[] = [];
    while (!told.some((each) => each.type === type)) append(told, await this.told());
    return told;
  }

  /** Names and values of a head, in the order in which heads were told. */
  fields({ payload }: Told): readonly string[] {
    return this.#decoder.decode(payload, 1 << 20) ?? [];
  }

  get isEnded(): boolean {
    return this.#socket.writableEnded || this.#socket.destroyed;
  }

  close(): void {
    this.#socket.destroy();
  }
}
