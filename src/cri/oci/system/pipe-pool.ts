import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { runChecked } from './run-command.ts';

/** A pipe: this process's end as a stream, the other end as a descriptor for a child. */
export interface Pipe {
  readonly stream: Socket;
  readonly childDescriptor: number;
}

const BATCH = 12;

/**
 * Real pipes for child processes. Node's own are socket pairs, which a command cannot open by name (`echo > /dev/stderr`).
 * A pipe is a FIFO whose name is removed as soon as both ends are open; FIFOs are made in batches, ahead of their use.
 */
export class PipePool {
  readonly #directory: string;
  #names: string[] = [];
  #sequence = 0;
  #filling: Promise<void> | undefined;

  /** `directory` is made when needed; what is in it belongs to the pool. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** A pipe that the child writes and this process reads. */
  async output(): Promise<Pipe> {
    const path = await this.#take();
    const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writing = openSync(path, constants.O_WRONLY);
    unlinkSync(path);
    return { stream: new Socket({ fd: reading, readable: true, writable: false }), childDescriptor: writing };
  }

  /** A pipe that this process writes and the child reads. */
  async input(): Promise<Pipe> {
    const path = await this.#take();
    // Only a reader that does not wait can be opened first; the child gets one that waits for data.
    const opener = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writing = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const reading = openSync(path, constants.O_RDONLY);
    closeSync(opener);
    unlinkSync(path);
    return { stream: new Socket({ fd: writing, readable: false, writable: true }), childDescriptor: reading };
  }

  async #take(): Promise<string> {
    for (;;) {
      if (this.#names.length < BATCH / 2) this.#fill();
      const name = this.#names.pop();
      if (name !== undefined) return name;
      await this.#filling;
    }
  }

  #fill(): void {
    this.#filling ??= this.#makeBatch().finally(() => {
      this.#filling = undefined;
    });
    // Whoever waits for the batch learns of its failure.
    this.#filling.catch(() => {});
  }

  async #makeBatch(): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const names = Array.from({ length: BATCH }, () => join(this.#directory, `${process.pid}-${this.#sequence++}`));
    await runChecked('mkfifo', ['-m', '600', ...names]);
    this.#names.push(...names);
  }
}
