import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '#base/clock.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { type LogLine, parseLogLine } from './log-line.ts';
import { tailOffset } from './tail-offset.ts';

export interface ReadLogOptions {
  readonly follow?: boolean;
  readonly tailLines?: number | undefined;
  /** Lines before this moment are left out; milliseconds since the epoch. */
  readonly since?: number | undefined;
  readonly timestamps?: boolean;
  readonly limitBytes?: number | undefined;
  /** Only what was written to one of the two. */
  readonly stream?: 'stdout' | 'stderr' | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether more may be written; following ends when not. */
  readonly isRunning: () => Promise<boolean>;
  /** Resolves when the container has ended; makes following end at once instead of at the next look. */
  readonly exited?: Promise<void>;
}

const LOOK_AGAIN_MS = 1000;
const BLOCK = 64 * 1024;

/**
 * Reads a log in CRI format, across rotation when following. `write` gets pieces in order and may return a promise to
 * slow the reading down. Rejects with the system's error when there is no file.
 */
export async function readLog(path: string, options: ReadLogOptions, write: (piece: Buffer) => unknown): Promise<void> {
  let file = await open(path, 'r');
  const waiter = options.follow ? new ChangeWaiter(path, options) : undefined;
  try {
    const { size } = await file.stat();
    let position = options.tailLines === undefined ? 0 : await tailOffset(file, size, options.tailLines);
    const printer = new LinePrinter(options, write);
    let ended = false;
    while (!options.signal.aborted && !printer.isFull) {
      const read = await readLines(file, position, printer);
      position += read;
      if (read > 0) continue;
      if (waiter === undefined || ended) break;
      const next = await reopenedFile(path, file);
      if (next) {
        await file.close();
        file = next;
        position = 0;
        continue;
      }
      // What was written between the last read and the exit is read once more.
      ended = !(await options.isRunning());
      if (!ended) await waiter.changed();
    }
    if (!printer.isFull && !options.signal.aborted) await printLastPiece(file, position, printer);
  } finally {
    waiter?.close();
    await file.close();
  }
}

/** Prints the whole lines from a position on; resolves with how many bytes they took. */
async function readLines(file: FileHandle, position: number, printer: LinePrinter): Promise<number> {
  let block = Buffer.alloc(BLOCK);
  let filled = 0;
  for (;;) {
    const { bytesRead } = await file.read(block, filled, block.length - filled, position + filled);
    filled += bytesRead;
    const end = block.lastIndexOf(0x0a, filled - 1);
    if (filled > 0 && end >= 0) {
      await printer.print(block.subarray(0, end + 1));
      return end + 1;
    }
    if (bytesRead === 0) return 0;
    if (filled === block.length) block = Buffer.concat([block], block.length * 2);
  }
}

/** A last line without its newline: the writer was cut off. */
async function printLastPiece(file: FileHandle, position: number, printer: LinePrinter): Promise<void> {
  const { size } = await file.stat();
  if (size <= position) return;
  const rest = Buffer.alloc(size - position);
  const { bytesRead } = await file.read(rest, 0, rest.length, position);
  await printer.print(rest.subarray(0, bytesRead));
}

/** The file that has taken the path since `file` was opened, after rotation. */
async function reopenedFile(path: string, file: FileHandle): Promise<FileHandle | undefined> {
  const now = await stat(path).catch(() => undefined);
  if (now === undefined || now.ino === (await file.stat()).ino) return undefined;
  return open(path, 'r').catch(() => undefined);
}

class LinePrinter {
  isFull = false;
  readonly #options: ReadLogOptions;
  readonly #write: (piece: Buffer) => unknown;
  #left: number;
  #startsLine = true;

  constructor(options: ReadLogOptions, write: (piece: Buffer) => unknown) {
    this.#options = options;
    this.#write = write;
    this.#left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  async print(lines: Buffer): Promise<void> {
    const pieces: Buffer[] = [];
    let start = 0;
    while (start < lines.length && !this.isFull) {
      const newline = lines.indexOf(0x0a, start);
      const end = newline < 0 ? lines.length : newline;
      const line = parseLogLine(lines.subarray(start, end));
      if (line) this.#format(line, pieces);
      start = end + 1;
    }
    if (pieces.length > 0) await this.#write(Buffer.concat(pieces));
  }

  #format(line: LogLine, pieces: Buffer[]): void {
    const { since, stream, timestamps } = this.#options;
    if (stream !== undefined && line.stream !== stream) return;
    if (since !== undefined && parseTime(line.timestamp) < since) return;
    if (timestamps && this.#startsLine) this.#push(Buffer.from(`${zulu(line.timestamp)} `), pieces);
    this.#startsLine = !line.partial;
    this.#push(line.content, pieces);
  }

  #push(piece: Buffer, pieces: Buffer[]): void {
    const taken = piece.length > this.#left ? piece.subarray(0, this.#left) : piece;
    this.#left -= taken.length;
    if (taken.length > 0) pieces.push(taken);
    if (this.#left <= 0) this.isFull = true;
  }
}

/** Waits until a log may have grown. */
class ChangeWaiter {
  readonly #options: ReadLogOptions;
  readonly #watcher: FSWatcher | undefined;
  #wake: (() => void) | undefined;
  #hasChanged = false;

  constructor(path: string, options: ReadLogOptions) {
    this.#options = options;
    const notify = () => {
      this.#hasChanged = true;
      this.#wake?.();
    };
    options.signal.addEventListener('abort', notify, { once: true });
    void options.exited?.then(notify, notify);
    this.#watcher = watch(dirname(path), { persistent: false }, notify);
    this.#watcher.on('error', notify);
  }

  /** Resolves at the next change, or after a second, as some file systems do not tell. */
  async changed(): Promise<void> {
    if (this.#hasChanged) {
      this.#hasChanged = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.setTimer(LOOK_AGAIN_MS, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#wake = undefined;
    this.#hasChanged = false;
  }

  close(): void {
    this.#watcher?.close();
  }
}

/** A time as clients are shown it: runtimes write UTC in two ways. */
const zulu = (timestamp: string): string => timestamp.replace(/[+-]00:00$/, 'Z');
