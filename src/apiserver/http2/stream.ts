import type { ErrorCode } from './error-code.ts';
import type { Sender } from './outbox.ts';
import { ReceiveWindow } from './receive-window.ts';
import type { RequestFields } from './request-fields.ts';

/** What a client may send of one body before somebody has taken it. */
export const STREAM_WINDOW = 256 * 1024;
/** How much of an answer waits here before its writer is told to wait. */
const HIGH_WATER = 64 * 1024;

/** What takes a request's body, in this order: pieces, then its end. */
export interface BodyReader {
  data(chunk: Buffer): void;
  end(): void;
}

/** What a stream needs of its connection. */
export interface StreamOwner {
  sendHead(stream: Http2Stream, fields: readonly string[], isLast: boolean): void;
  /** Sends head and body together where that can be. */
  sendWhole(stream: Http2Stream, fields: readonly string[], body: Uint8Array): boolean;
  /** There is something to send. */
  queue(stream: Http2Stream): void;
  reset(stream: Http2Stream, code: ErrorCode): void;
  /** The answer is out, and the client has not ended. */
  part(stream: Http2Stream): void;
  /** Bytes of a body were taken: the client may send as many more. */
  credit(stream: Http2Stream, bytes: number): void;
  closed(stream: Http2Stream): void;
}

/** One request and its answer on a connection of HTTP/2. */
export class Http2Stream implements Sender {
  readonly id: number;
  /** Names and values in turn, as they were sent, the ones with a colon among them. */
  readonly fields: readonly string[];
  readonly request: RequestFields;
  readonly #owner: StreamOwner;

  /** Whether the client has said everything. */
  isReceived = false;
  /** Whether an answer was begun. */
  isAnswered = false;
  /** Whether both sides are through with it, or one has given it up. */
  isClosed = false;
  readonly #closeListeners: (() => void)[] = [];

  /** What the client may still send. */
  readonly window = new ReceiveWindow(STREAM_WINDOW);
  #received = 0;
  /** What came and nobody has taken yet. */
  #held: Buffer[] | undefined;
  #reader: BodyReader | undefined;

  sendWindow: number;
  isQueued = false;
  isComplete = false;
  waiting = 0;
  #toSend: Uint8Array[] | undefined;
  /** Set when a writer was told to wait. */
  #isAwaited = false;
  #drainListeners: (() => void)[] | undefined;

  constructor(id: number, fields: readonly string[], request: RequestFields, owner: StreamOwner, sendWindow: number) {
    this.id = id;
    this.fields = fields;
    this.request = request;
    this.#owner = owner;
    this.sendWindow = sendWindow;
  }

  /** Calls back once, when both sides are through with the stream, or at once when they are. */
  onClose(listener: () => void): void {
    if (this.isClosed) listener();
    else this.#closeListeners.push(listener);
  }

  // The request's body

  /** Hands the body on as it comes. What was taken must be told with `credit`, or the client will stop. */
  read(reader: BodyReader): void {
    this.#reader = reader;
    for (const chunk of this.#held ?? []) reader.data(chunk);
    this.#held = undefined;
    if (this.isReceived) reader.end();
  }

  credit(bytes: number): void {
    this.#owner.credit(this, bytes);
  }

  /** A piece has come. False when there is more of it than was announced. */
  receive(chunk: Buffer): boolean {
    this.#received += chunk.length;
    if (this.#received > (this.request.contentLength ?? Infinity)) return false;
    if (this.#reader) this.#reader.data(chunk);
    else if (chunk.length > 0) (this.#held ??= []).push(chunk);
    return true;
  }

  /** The end has come. False when there is less than was announced. */
  receiveEnd(): boolean {
    if (this.#received !== (this.request.contentLength ?? this.#received)) return false;
    this.isReceived = true;
    this.#reader?.end();
    return true;
  }

  // The answer

  /** Begins an answer whose body follows with `write`; with `isLast` there is none. */
  respond(fields: readonly string[], isLast: boolean): void {
    if (this.isClosed || this.isAnswered) return;
    this.#owner.sendHead(this, fields, isLast);
    this.isAnswered = true;
    if (isLast) {
      this.isComplete = true;
      this.sent();
    }
  }

  /** The whole answer. */
  respondWhole(fields: readonly string[], body: Uint8Array): void {
    if (this.isClosed || this.isAnswered) return;
    if (body.length > 0 && this.#owner.sendWhole(this, fields, body)) {
      this.isAnswered = true;
      this.isComplete = true;
      this.sent();
      return;
    }
    this.respond(fields, body.length === 0);
    if (body.length > 0) this.write(body);
    this.end();
  }

  /** Before an answer: the client may send its body. */
  goOn(): void {
    if (!this.isClosed && !this.isAnswered) this.#owner.sendHead(this, [':status', '100'], false);
  }

  /** False when enough waits: `onDrain` says when it is less. */
  write(chunk: Uint8Array): boolean {
    if (this.isClosed || this.isComplete || chunk.length === 0) return true;
    (this.#toSend ??= []).push(chunk);
    this.waiting += chunk.length;
    this.#owner.queue(this);
    this.#isAwaited ||= this.waiting >= HIGH_WATER;
    return !this.#isAwaited;
  }

  onDrain(listener: () => void): void {
    (this.#drainListeners ??= []).push(listener);
  }

  end(): void {
    if (this.isClosed || this.isComplete) return;
    this.isComplete = true;
    this.#owner.queue(this);
  }

  /** Gives the stream up, both ways. */
  reset(code: ErrorCode): void {
    if (!this.isClosed) this.#owner.reset(this, code);
  }

  take(bytes: number, into: Uint8Array[]): void {
    const chunks = this.#toSend ?? [];
    let left = bytes;
    let taken = 0;
    while (left > 0) {
      const chunk = chunks[taken] as Uint8Array;
      if (chunk.length > left) {
        into.push(chunk.subarray(0, left));
        chunks[taken] = chunk.subarray(left);
        break;
      }
      into.push(chunk);
      left -= chunk.length;
      taken++;
    }
    chunks.splice(0, taken);
    this.waiting -= bytes;
    if (!this.#isAwaited || this.waiting >= HIGH_WATER / 2) return;
    this.#isAwaited = false;
    // A writer may write more at once, which is not to happen while frames are gathered.
    for (const listener of this.#drainListeners ?? []) process.nextTick(listener);
  }

  /** The answer is on its way. What the client still has to say is not wanted any more. */
  sent(): void {
    if (this.isReceived) this.close();
    else this.#owner.part(this);
  }

  /** Nothing goes in or out any more. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#held = undefined;
    this.#toSend = undefined;
    this.waiting = 0;
    this.#owner.closed(this);
    for (const listener of this.#closeListeners.splice(0)) listener();
  }
}
