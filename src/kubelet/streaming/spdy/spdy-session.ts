import type { Duplex } from 'node:stream';
import {
  controlFrame,
  dataFrame,
  type Frame,
  FrameReader,
  GOAWAY,
  PING,
  RST_STREAM,
  SYN_REPLY,
  SYN_STREAM,
  streamIdOf,
  words,
} from './frames.ts';
import { HeaderDecoder, HeaderEncoder, type SpdyHeaders } from './header-codec.ts';
import { SpdyStream, type SpdyStreamOwner } from './spdy-stream.ts';

export interface SpdySessionOptions {
  /** Called with each stream that the peer opens, in order. It has been replied to. */
  readonly onStream?: (stream: SpdyStream) => void;
  /** The end that opened the connection numbers its streams oddly. */
  readonly isClient?: boolean;
}

const STATUS_CANCEL = 5;

/**
 * One end of a SPDY/3.1 connection over any byte stream: what Kubernetes' streaming clients need of it. There are no
 * windows: as in those clients, the connection's own flow control holds for all streams.
 */
export class SpdySession {
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
  readonly #socket: Duplex;
  readonly #options: SpdySessionOptions;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #encoder = new HeaderEncoder();
  readonly #decoder = new HeaderDecoder();
  readonly #reader = new FrameReader();
  readonly #owner: SpdyStreamOwner;
  readonly #full = new Set<number>();
  #nextId: number;
  /** Frames are handled one after another, as header blocks depend on those before. */
  #work: Promise<void> = Promise.resolve();
  #sending: Promise<void> = Promise.resolve();

  constructor(socket: Duplex, options: SpdySessionOptions = {}) {
    this.#socket = socket;
    this.#options = options;
    this.#nextId = options.isClient ? 1 : 2;
    this.#owner = {
      send: (id, data, fin, callback) => this.#write(dataFrame(id, data, fin), callback),
      reset: (id) => this.#write(controlFrame(RST_STREAM, words(id, STATUS_CANCEL))),
      resume: (id) => {
        if (this.#full.delete(id) && this.#full.size === 0) socket.resume();
      },
      closed: (id) => this.#forget(id),
    };
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    // What has arrived is handled before the streams end.
    this.closed = closed.then(() => this.#work).then(() => this.#end());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => socket.end());
    socket.on('error', () => socket.destroy());
  }

  /** Opens a stream. Resolves at once; the peer's reply is not waited for. */
  async open(headers: SpdyHeaders): Promise<SpdyStream> {
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = this.#add(id, headers);
    await this.#sendHeaders(async () => {
      const block = await this.#encoder.encode(headers);
      return controlFrame(SYN_STREAM, Buffer.concat([words(id, 0), Buffer.from([0, 0]), block]));
    });
    return stream;
  }

  /** Says goodbye and ends the connection once everything is sent. */
  close(): void {
    if (this.#socket.destroyed) return;
    this.#write(controlFrame(GOAWAY, words(Math.max(0, this.#nextId - 2), 0)));
    this.#socket.end();
  }

  #receive(chunk: Buffer): void {
    const frames = this.#reader.push(chunk);
    this.#work = this.#work
      .then(async () => {
        for (const frame of frames) await this.#handle(frame);
      })
      .catch(() => {
        this.#socket.destroy();
      });
  }

  async #handle(frame: Frame): Promise<void> {
    if (frame.kind === 'data') return this.#handleData(frame.streamId, frame.data, frame.fin);
    switch (frame.type) {
      case SYN_STREAM:
        return this.#handleSynStream(frame.body, frame.fin);
      case SYN_REPLY:
        await this.#decoder.decode(frame.body.subarray(4));
        return;
      case RST_STREAM:
        this.#streams.get(streamIdOf(frame.body))?.destroy();
        return;
      case PING:
        // Our own pings are never sent, so every ping is a question.
        this.#write(controlFrame(PING, frame.body));
        return;
      default:
        // Settings, windows and goodbyes need nothing done.
        return;
    }
  }

  #handleData(id: number, data: Buffer, fin: boolean): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.receive(data, fin)) return;
    this.#full.add(id);
    this.#socket.pause();
  }

  async #handleSynStream(body: Buffer, fin: boolean): Promise<void> {
    const id = streamIdOf(body);
    const headers = await this.#decoder.decode(body.subarray(10));
    const stream = this.#add(id, headers);
    await this.#sendHeaders(async () =>
      controlFrame(SYN_REPLY, Buffer.concat([words(id), await this.#encoder.encode({})])),
    );
    if (fin) stream.receive(Buffer.alloc(0), true);
    this.#options.onStream?.(stream);
  }

  #add(id: number, headers: SpdyHeaders): SpdyStream {
    const stream = new SpdyStream(id, headers, this.#owner);
    // A connection that breaks ends its streams; their users see that from 'close'.
    stream.on('error', () => {});
    this.#streams.set(id, stream);
    return stream;
  }

  #forget(id: number): void {
    this.#streams.delete(id);
    if (this.#full.delete(id) && this.#full.size === 0) this.#socket.resume();
  }

  /** Header blocks must leave in the order in which they were compressed. */
  #sendHeaders(make: () => Promise<Buffer>): Promise<void> {
    this.#sending = this.#sending.then(async () => this.#write(await make()));
    return this.#sending;
  }

  #write(frame: Buffer, callback: (error?: Error | null) => void = () => {}): void {
    if (this.#socket.writable) this.#socket.write(frame, callback);
    else callback(new Error('connection closed'));
  }

  #end(): void {
    for (const stream of [...this.#streams.values()]) stream.disconnected();
    this.#encoder.close();
    this.#decoder.close();
  }
}
