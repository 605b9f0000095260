import type { Duplex } from 'node:stream';
import { ConnectionError, ErrorCode } from './error-code.ts';
import {
  DEFAULT_WINDOW,
  Flag,
  FRAME_HEAD,
  FrameType,
  frameHead,
  MAX_FRAME,
  MAX_WINDOW,
  writeFrameHead,
} from './frame.ts';

/** What is written to the socket at once, at most. */
const BATCH_BYTES = 128 * 1024;
/** Smaller batches are copied into one piece. */
const COPIED_BYTES = 32 * 1024;
/** Heads and acknowledgements that a client lets lie before its connection ends. Bodies wait in their streams. */
const UNREAD_BYTES = 1024 * 1024;

/** A stream with more of its body to send. */
export interface Sender {
  readonly id: number;
  /** What the client takes of this stream. */
  sendWindow: number;
  /** Whether it has a turn. Only the outbox changes this. */
  isQueued: boolean;
  /** Bytes that wait. */
  readonly waiting: number;
  /** Whether nothing comes after what waits. */
  readonly isComplete: boolean;
  /** Moves `bytes` of what waits into `into`. */
  take(bytes: number, into: Uint8Array[]): void;
  /** The last frame is on its way. */
  sent(): void;
}

/** What goes out on a connection: heads in the order they come, bodies in turns as far as windows and the socket take them. */
export class Outbox {
  readonly #socket: Duplex;
  readonly #onUnread: (code: ErrorCode) => void;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #isScheduled = false;
  #isFull = false;
  readonly #senders: Sender[] = [];
  /** What the client takes of all streams together. */
  #window = DEFAULT_WINDOW;
  /** The largest frame that the client takes. */
  maxFrame = MAX_FRAME;

  /** `onUnread` is called when the client reads nothing any more. */
  constructor(socket: Duplex, onUnread: (code: ErrorCode) => void) {
    this.#socket = socket;
    this.#onUnread = onUnread;
    socket.on('drain', () => {
      this.#isFull = false;
      this.flush();
    });
  }

  /** Sends a frame that needs no window. */
  put(frame: Uint8Array): void {
    if (this.#bytes + this.#socket.writableLength > UNREAD_BYTES) return this.#onUnread(ErrorCode.enhanceYourCalm);
    this.#append(frame);
    this.#schedule();
  }

  /** The head of an answer, in as many frames as it takes. */
  putHead(stream: number, block: Buffer, isLast: boolean): void {
    const ends = isLast ? Flag.endStream : 0;
    for (let at = 0, type: number = FrameType.headers; type !== FrameType.continuation || at < block.length; ) {
      const length = Math.min(block.length - at, this.maxFrame);
      const flags = (at + length === block.length ? Flag.endHeaders : 0) | (at === 0 ? ends : 0);
      const frame = Buffer.allocUnsafe(FRAME_HEAD + length);
      block.copy(frame, writeFrameHead(frame, 0, length, type, flags, stream), at, at + length);
      this.put(frame);
      at += length;
      type = FrameType.continuation;
    }
  }

  /** Whether a whole answer may go out in one piece, and before anything else that waits. */
  takesWhole(sender: Sender, length: number): boolean {
    if (this.#isFull || this.#senders.length > 0) return false;
    // Many that are answered in one turn wait in their streams, as long ones do.
    if (this.#bytes + this.#socket.writableLength >= BATCH_BYTES) return false;
    return length <= this.maxFrame && length <= this.#window && length <= sender.sendWindow;
  }

  /** A whole answer in one piece, for which `takesWhole` holds. */
  putWhole(sender: Sender, block: Buffer, body: Uint8Array): void {
    const { length } = body;
    if (block.length > this.maxFrame) this.putHead(sender.id, block, false);
    const head = block.length > this.maxFrame ? 0 : FRAME_HEAD + block.length;
    const piece = Buffer.allocUnsafe(head + FRAME_HEAD + length);
    if (head > 0)
      block.copy(piece, writeFrameHead(piece, 0, block.length, FrameType.headers, Flag.endHeaders, sender.id));
    piece.set(body, writeFrameHead(piece, head, length, FrameType.data, Flag.endStream, sender.id));
    this.#window -= length;
    sender.sendWindow -= length;
    this.put(piece);
  }

  /** The client takes more of all streams together. */
  grow(bytes: number): void {
    this.#window += bytes;
    if (this.#window > MAX_WINDOW) throw new ConnectionError(ErrorCode.flowControl, 'a window past all measure');
    if (this.#senders.length > 0) this.#schedule();
  }

  /** A stream has something to send, or may send again. */
  queue(sender: Sender): void {
    if (!sender.isQueued) this.#senders.push(sender);
    sender.isQueued = true;
    this.#schedule();
  }

  forget(sender: Sender): void {
    if (sender.isQueued) this.#senders.splice(this.#senders.indexOf(sender), 1);
    sender.isQueued = false;
  }

  /** Everything that may go out now, goes out now. */
  flush(): void {
    this.#isScheduled = false;
    let isMore: boolean;
    do {
      isMore = this.#fill();
      this.#write();
    } while (isMore && !this.#isFull);
  }

  /** Takes frames of the streams in turns. True when there is enough for now, and more to come. */
  #fill(): boolean {
    while (this.#senders.length > 0 && !this.#isFull) {
      if (this.#bytes >= BATCH_BYTES) return true;
      const sender = this.#senders[0] as Sender;
      const { waiting } = sender;
      const share = Math.min(waiting, sender.sendWindow, this.#window, this.maxFrame);
      const isLast = sender.isComplete && share === waiting;
      // What waits for the window of the whole connection keeps its turn.
      if (share <= 0 && !isLast && waiting > 0 && sender.sendWindow > 0) return false;
      this.#senders.shift();
      sender.isQueued = false;
      if (share > 0 || isLast) this.#send(sender, share, isLast);
      // A stream whose own window is used up is queued again when it grows.
      if (!isLast && sender.waiting > 0 && sender.sendWindow > 0) this.queue(sender);
    }
    return false;
  }

  #send(sender: Sender, share: number, isLast: boolean): void {
    this.#append(frameHead(share, FrameType.data, isLast ? Flag.endStream : 0, sender.id));
    sender.sendWindow -= share;
    this.#window -= share;
    this.#bytes += share;
    sender.take(share, this.#chunks);
    if (isLast) sender.sent();
  }

  #append(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  #write(): void {
    const chunks = this.#chunks;
    const bytes = this.#bytes;
    if (chunks.length === 0) return;
    this.#chunks = [];
    this.#bytes = 0;
    const socket = this.#socket;
    if (!socket.writable) return;
    if (chunks.length === 1 || bytes <= COPIED_BYTES) {
      socket.write(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, bytes));
    } else {
      socket.cork();
      for (const chunk of chunks) socket.write(chunk);
      socket.uncork();
    }
    // Long before this much waits, the socket has promised to tell when it is through with it.
    this.#isFull = socket.writableLength >= BATCH_BYTES;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    process.nextTick(() => this.flush());
  }
}
