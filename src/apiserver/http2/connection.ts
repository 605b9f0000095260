import type { Duplex } from 'node:stream';
import { ConnectionError, ErrorCode } from './error-code.ts';
import {
  DEFAULT_WINDOW,
  Flag,
  FrameType,
  frameHead,
  MAX_WINDOW,
  numbersFrame,
  Setting,
  settingsFrame,
} from './frame.ts';
import { FrameReader } from './frame-reader.ts';
import { GivenUp } from './given-up.ts';
import { HeaderBlock, MAX_HEADER_BYTES } from './header-block.ts';
import { FieldDecoder } from './hpack/field-decoder.ts';
import { FieldEncoder } from './hpack/field-encoder.ts';
import { LiveStreams } from './live-streams.ts';
import { Outbox } from './outbox.ts';
import { dependency, expectSize, headerPiece, PRIORITY_BYTES, withoutPadding } from './payload.ts';
import { readSettings } from './read-settings.ts';
import { ReceiveWindow } from './receive-window.ts';
import { areTrailers, type RequestFields, requestFields } from './request-fields.ts';
import { Http2Stream, STREAM_WINDOW, type StreamOwner } from './stream.ts';

const MAX_STREAMS = 1000;
/** What a client may send of all bodies together before somebody has taken it. */
const CONNECTION_WINDOW = 16 * 1024 * 1024;
/** The largest frame that is sent to clients that take larger ones. */
const LARGE_FRAME = 64 * 1024;

/** How many requests a client may take back before they are answered; each that is answered gives one back. */
const PATIENCE = 1000;
/** How many pieces of nothing a connection may send. */
const MAX_EMPTY = 1000;
/** How long a client may go on with what is not wanted any more before it is told so. Its window stops it sooner. */
const PARTING_MS = 100;
/** How long a client may take to read the last of a connection that we have ended, and to close it then. */
const TAKE_MS = 60_000;
const LINGER_MS = 1000;

export interface ConnectionOptions {
  /** A request: its header is complete, its body may still come. */
  readonly onStream: (stream: Http2Stream) => void;
  /** A fault of our own, which ends the connection. */
  readonly onFault: (error: unknown) => void;
  /** How long a client may take to say what it wants once it has begun to. */
  readonly headersTimeoutMs: number;
  /** A connection with nothing under way is closed after this time. */
  readonly idleMs: number;
}

/** The server's side of a connection that speaks HTTP/2 (RFC 9113). */
export class Http2Connection implements StreamOwner {
  readonly #socket: Duplex;
  readonly #options: ConnectionOptions;
  readonly #reader = new FrameReader((type, flags, stream, payload) => this.#onFrame(type, flags, stream, payload));
  readonly #decoder = new FieldDecoder();
  readonly #encoder = new FieldEncoder();
  readonly #outbox: Outbox;
  readonly #streams = new LiveStreams();
  readonly #givenUp = new GivenUp();
  readonly #window = new ReceiveWindow(CONNECTION_WINDOW);
  readonly #idle: NodeJS.Timeout;
  /** Runs while the client has begun to say something and has not ended. */
  #deadline: NodeJS.Timeout | undefined;
  #block: HeaderBlock | undefined;
  #isGreeted = false;
  #isClosing = false;
  #isOver = false;
  /** The latest request. */
  #last = 0;
  #sendWindow = DEFAULT_WINDOW;
  #patience = PATIENCE;
  #empty = 0;

  /** Speaks over `socket` from now on. */
  constructor(socket: Duplex, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#outbox = new Outbox(socket, (code) => this.#fail(code));
    this.#outbox.put(
      settingsFrame([
        [Setting.maxConcurrentStreams, MAX_STREAMS],
        [Setting.initialWindowSize, STREAM_WINDOW],
        [Setting.maxHeaderListSize, MAX_HEADER_BYTES],
      ]),
    );
    this.#outbox.put(numbersFrame(FrameType.windowUpdate, 0, CONNECTION_WINDOW - DEFAULT_WINDOW));
    this.#idle = setTimeout(() => this.#streams.size === 0 && this.close(), options.idleMs).unref();
    this.#begin();
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.once('close', () => this.#gone());
  }

  /** Tells the client to go elsewhere. What is under way goes on, and then the connection ends. Idempotent. */
  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#outbox.put(numbersFrame(FrameType.goAway, 0, this.#last, ErrorCode.none));
    if (this.#streams.size === 0) this.#end();
  }

  // What streams ask for

  sendHead(stream: Http2Stream, fields: readonly string[], isLast: boolean): void {
    this.#outbox.putHead(stream.id, this.#encoder.encode(fields), isLast);
  }

  sendWhole(stream: Http2Stream, fields: readonly string[], body: Uint8Array): boolean {
    if (!this.#outbox.takesWhole(stream, body.length)) return false;
    this.#outbox.putWhole(stream, this.#encoder.encode(fields), body);
    return true;
  }

  queue(stream: Http2Stream): void {
    this.#outbox.queue(stream);
  }

  reset(stream: Http2Stream, code: ErrorCode): void {
    if (!stream.isReceived) this.#givenUp.add(stream.id);
    this.#refuse(stream.id, code);
    stream.close();
  }

  part(stream: Http2Stream): void {
    this.#givenUp.add(stream.id);
    // Some clients lose the answer when they are told to stop before they have read it.
    setTimeout(() => this.#givenUp.has(stream.id) && this.#refuse(stream.id, ErrorCode.none), PARTING_MS).unref();
    stream.close();
  }

  credit(stream: Http2Stream, bytes: number): void {
    if (stream.isClosed) return;
    this.#take(bytes);
    const growth = stream.window.take(bytes);
    if (growth > 0 && !stream.isReceived) this.#outbox.put(numbersFrame(FrameType.windowUpdate, stream.id, growth));
  }

  closed(stream: Http2Stream): void {
    this.#streams.delete(stream.id);
    this.#outbox.forget(stream);
    this.#take(stream.window.held);
    if (stream.isComplete && this.#patience < PATIENCE) this.#patience++;
    if (this.#streams.size > 0) return;
    if (this.#isClosing) this.#end();
    else this.#idle.refresh();
  }

  // The connection

  #receive(chunk: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#reader.read(chunk);
    } catch (error) {
      // Our own mistake costs one connection, not the server.
      if (!(error instanceof ConnectionError)) this.#options.onFault(error);
      this.#fail(error instanceof ConnectionError ? error.code : ErrorCode.internal);
    }
  }

  #begin(): void {
    this.#deadline ??= setTimeout(() => this.#socket.destroy(), this.#options.headersTimeoutMs).unref();
  }

  #complete(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  /** The client has broken the rules. */
  #fail(code: ErrorCode): void {
    if (this.#isOver) return;
    // First of all: telling it may fail in its turn.
    this.#isOver = true;
    this.#outbox.put(numbersFrame(FrameType.goAway, 0, this.#last, code));
    this.#end(LINGER_MS);
    for (const stream of this.#streams.values()) stream.close();
  }

  #end(takeMs = TAKE_MS): void {
    this.#isOver = true;
    this.#complete();
    this.#outbox.flush();
    const closeIn = (milliseconds: number) => {
      clearTimeout(this.#deadline);
      if (!this.#socket.destroyed) this.#deadline = setTimeout(() => this.#socket.destroy(), milliseconds).unref();
    };
    closeIn(takeMs);
    // What the client still sends is read and thrown away: closing at once would take the last answers from it.
    this.#socket.end(() => closeIn(LINGER_MS));
  }

  #gone(): void {
    this.#isOver = true;
    this.#complete();
    clearTimeout(this.#idle);
    for (const stream of this.#streams.values()) stream.close();
  }

  #losePatience(): void {
    if (--this.#patience < 0) throw new ConnectionError(ErrorCode.enhanceYourCalm, 'requests that are taken back');
  }

  /** Says no to a stream without an answer. */
  #refuse(stream: number, code: ErrorCode): void {
    this.#outbox.put(numbersFrame(FrameType.reset, stream, code));
  }

  #take(bytes: number): void {
    const growth = this.#window.take(bytes);
    if (growth > 0) this.#outbox.put(numbersFrame(FrameType.windowUpdate, 0, growth));
  }

  // Frames

  #onFrame(type: number, flags: number, stream: number, payload: Buffer): void {
    if (this.#isOver) return;
    if (!this.#isGreeted && type !== FrameType.settings) throw protocol('a connection begins with settings');
    if (this.#block && (type !== FrameType.continuation || stream !== this.#block.stream))
      throw protocol('a header that is interrupted');
    switch (type) {
      case FrameType.data:
        return this.#onData(flags, stream, payload);
      case FrameType.headers:
        if (stream % 2 === 0) throw protocol(`a request on stream ${stream}`);
        this.#block = new HeaderBlock(stream, (flags & Flag.endStream) !== 0);
        return this.#onHeaderPiece(this.#block, flags, headerPiece(flags, stream, payload));
      case FrameType.continuation:
        if (!this.#block) throw protocol('a header that goes on without having begun');
        return this.#onHeaderPiece(this.#block, flags, payload);
      case FrameType.reset:
        return this.#onReset(stream, payload);
      case FrameType.settings:
        return this.#onSettings(flags, stream, payload);
      case FrameType.pushPromise:
        throw protocol('a client promises');
      case FrameType.ping:
        return this.#onPing(flags, stream, payload);
      case FrameType.windowUpdate:
        return this.#onWindow(stream, payload);
      case FrameType.goAway:
        if (stream !== 0) throw protocol('going away from one stream');
        return this.close();
      case FrameType.priority:
        return this.#onPriority(stream, payload);
      default:
        // Those that nobody knows are not minded.
        return;
    }
  }

  /** Priorities are not asked for any more; what cannot be is refused all the same. */
  #onPriority(id: number, payload: Buffer): void {
    if (id === 0) throw protocol('a priority of nothing');
    expectSize(payload, PRIORITY_BYTES);
    if (dependency(payload) !== id) return;
    this.#losePatience();
    const stream = this.#streams.get(id);
    if (stream) this.reset(stream, ErrorCode.protocol);
    else this.#refuse(id, ErrorCode.protocol);
  }

  #onData(flags: number, id: number, payload: Buffer): void {
    const { length } = payload;
    const isLast = (flags & Flag.endStream) !== 0;
    if (!this.#window.receive(length))
      throw new ConnectionError(ErrorCode.flowControl, 'more than the connection takes');
    const content = withoutPadding(flags, payload);
    const stream = this.#streams.get(id);
    if (!stream || stream.isReceived) {
      this.#take(length);
      if (stream) this.reset(stream, ErrorCode.streamClosed);
      else this.#onGivenUp(id, isLast);
      return;
    }
    if (length === 0 && !isLast && ++this.#empty > MAX_EMPTY)
      throw new ConnectionError(ErrorCode.enhanceYourCalm, 'bodies of nothing');
    if (!stream.window.receive(length)) return this.reset(stream, ErrorCode.flowControl);
    if (length > content.length) stream.credit(length - content.length);
    const isGood = stream.receive(content) && (!isLast || stream.receiveEnd());
    if (!isGood) this.reset(stream, ErrorCode.protocol);
  }

  /** Something came on a stream that is not open: its client may not know yet, or never has opened it. */
  #onGivenUp(id: number, isLast: boolean): void {
    if (id === 0 || id > this.#last || id % 2 === 0) throw protocol(`stream ${id} was never opened`);
    if (!this.#givenUp.has(id)) throw new ConnectionError(ErrorCode.streamClosed, `stream ${id} is closed`);
    if (isLast) this.#givenUp.delete(id);
  }

  #onHeaderPiece(block: HeaderBlock, flags: number, piece: Buffer): void {
    block.add(piece);
    if ((flags & Flag.endHeaders) === 0) return this.#begin();
    this.#complete();
    this.#block = undefined;
    // Read in any case: the client's table goes on with it.
    const fields = this.#decoder.decode(block.bytes, MAX_HEADER_BYTES);
    const stream = this.#streams.get(block.stream);
    if (stream) this.#onTrailers(stream, block.isLast, fields);
    else if (block.stream <= this.#last) this.#onGivenUp(block.stream, block.isLast);
    else this.#onRequest(block.stream, block.isLast, fields);
  }

  #onTrailers(stream: Http2Stream, isLast: boolean, fields: readonly string[] | undefined): void {
    if (stream.isReceived) return this.reset(stream, ErrorCode.streamClosed);
    const isGood = isLast && fields !== undefined && areTrailers(fields) && stream.receiveEnd();
    if (!isGood) this.reset(stream, ErrorCode.protocol);
  }

  #onRequest(id: number, isLast: boolean, fields: readonly string[] | undefined): void {
    this.#last = id;
    if (this.#isClosing || this.#streams.size >= MAX_STREAMS) {
      this.#losePatience();
      if (!isLast) this.#givenUp.add(id);
      return this.#refuse(id, ErrorCode.refused);
    }
    const request = fields ? requestFields(fields) : TOO_LARGE;
    const stream = new Http2Stream(id, fields ?? [], request ?? TOO_LARGE, this, this.#sendWindow);
    this.#streams.add(stream);
    if (!request || (isLast && !stream.receiveEnd())) {
      this.#losePatience();
      return this.reset(stream, ErrorCode.protocol);
    }
    if (fields) this.#options.onStream(stream);
    else stream.respond([':status', '431', 'content-length', '0'], true);
  }

  #onReset(id: number, payload: Buffer): void {
    expectSize(payload, 4);
    if (id === 0 || id > this.#last) throw protocol(`stream ${id} was never opened`);
    this.#givenUp.delete(id);
    const stream = this.#streams.get(id);
    if (!stream) return;
    // Watches end like this; what is taken back before it is answered was asked for in vain.
    if (!stream.isAnswered) this.#losePatience();
    stream.close();
  }

  #onSettings(flags: number, stream: number, payload: Buffer): void {
    if (stream !== 0) throw protocol('settings of one stream');
    if (flags & Flag.ack) return expectSize(payload, 0);
    if (!this.#isGreeted) this.#complete();
    this.#isGreeted = true;
    for (const [number, value] of readSettings(payload)) {
      if (number === Setting.headerTableSize) this.#encoder.limit(value);
      if (number === Setting.maxFrameSize) this.#outbox.maxFrame = Math.min(value, LARGE_FRAME);
      if (number === Setting.initialWindowSize) this.#resize(value);
    }
    this.#outbox.put(frameHead(0, FrameType.settings, Flag.ack, 0));
  }

  #resize(window: number): void {
    const growth = window - this.#sendWindow;
    this.#sendWindow = window;
    for (const stream of this.#streams.values()) {
      stream.sendWindow += growth;
      if (stream.sendWindow > MAX_WINDOW) throw new ConnectionError(ErrorCode.flowControl, 'a window past all measure');
      if (stream.waiting > 0) this.#outbox.queue(stream);
    }
  }

  #onPing(flags: number, stream: number, payload: Buffer): void {
    if (stream !== 0) throw protocol('a ping of one stream');
    expectSize(payload, 8);
    if (flags & Flag.ack) return;
    this.#outbox.put(Buffer.concat([frameHead(8, FrameType.ping, Flag.ack, 0), payload]));
  }

  #onWindow(id: number, payload: Buffer): void {
    expectSize(payload, 4);
    const growth = payload.readUInt32BE(0) & MAX_WINDOW;
    if (id === 0) {
      if (growth === 0) throw protocol('a window that does not grow');
      this.#outbox.grow(growth);
      return;
    }
    if (id > this.#last) throw protocol(`stream ${id} was never opened`);
    const stream = this.#streams.get(id);
    if (!stream) return;
    if (growth === 0) return this.reset(stream, ErrorCode.protocol);
    stream.sendWindow += growth;
    if (stream.sendWindow > MAX_WINDOW) return this.reset(stream, ErrorCode.flowControl);
    if (stream.waiting > 0) this.#outbox.queue(stream);
  }
}

/** Stands for a request whose header was not kept. */
const TOO_LARGE: RequestFields = { method: 'GET', path: '/', contentLength: undefined };

const protocol = (what: string) => new ConnectionError(ErrorCode.protocol, what);
