import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { LogRecord } from '../log-record.ts';
import type { StoreEvent } from '../store.ts';
import { encodeFrame, generationOf, readFrame } from './frame.ts';

const writeAt = promisify(write);

/** As much as a few thousand writes need: little enough to be written anew in a few milliseconds at the first start. */
const SIZE = 4 * 2 ** 20;

/**
 * A file of fixed size that groups of events are written to one behind the other, each durable with one write: nothing
 * about the file itself changes, so there is nothing else to flush. Once all in it is elsewhere, it begins anew.
 */
export class WriteAheadFile {
  readonly #descriptor: number;
  #records: readonly LogRecord[];
  #generation: number;
  #end: number;

  /** Opens the file, or makes it, whole or not at all. Throws the operating system's errors. */
  constructor(path: string) {
    if (!existsSync(path)) create(path);
    const { records, generation, end } = readAll(readFileSync(path));
    this.#records = records;
    this.#generation = generation;
    this.#end = end;
    this.#descriptor = openSync(path, constants.O_RDWR | constants.O_DSYNC);
  }

  get sizeBytes(): number {
    return SIZE;
  }

  /** What was found in the file, oldest first; once only, to free its memory. */
  takeRecords(): readonly LogRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  /** Begins anew: all that is in the file is forgotten with the next frame. `generation` is larger than any before. */
  restart(generation: number): void {
    this.#generation = generation;
    this.#end = 0;
  }

  /** Makes a group durable; answers false, having written nothing, when it does not fit behind the others. */
  async append(events: readonly StoreEvent[]): Promise<boolean> {
    const frame = encodeFrame(events, this.#generation);
    if (this.#end + frame.length > SIZE) return false;
    const { bytesWritten } = await writeAt(this.#descriptor, frame, 0, frame.length, this.#end);
    // A part of it is as good as nothing: the next frame is written over it.
    if (bytesWritten < frame.length) throw new Error(`write ahead: ${bytesWritten} of ${frame.length} bytes written`);
    this.#end += frame.length;
    return true;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function create(path: string): void {
  const temporary = `${path}.new`;
  try {
    const descriptor = openSync(temporary, 'w', 0o600);
    try {
      const zeros = Buffer.alloc(2 ** 20);
      for (let written = 0; written < SIZE; )
        written += writeSync(descriptor, zeros, 0, Math.min(zeros.length, SIZE - written));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** All whole frames of the generation that the file begins with. */
function readAll(bytes: Buffer): { records: LogRecord[]; generation: number; end: number } {
  const generation = generationOf(bytes) ?? 0;
  const records: LogRecord[] = [];
  let end = 0;
  for (let frame = readFrame(bytes, 0, generation); frame; frame = readFrame(bytes, end, generation)) {
    records.push(...frame.records);
    end = frame.end;
  }
  return { records, generation, end };
}
