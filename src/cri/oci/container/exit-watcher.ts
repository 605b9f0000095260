import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '#base/logger.ts';

/** How a container ended. */
export interface ContainerExit {
  readonly exitCode: number;
  /** Milliseconds since the epoch. */
  readonly finishedAt: number;
  /** When it does not follow from the code. */
  readonly reason?: string;
}

/** Tells when conmon has written a container's exit file. */
export class ExitWatcher {
  readonly #directory: string;
  readonly #logger: Logger;
  #watcher: FSWatcher | undefined;
  #waiting = 0;

  constructor(directory: string, logger: Logger) {
    this.#directory = directory;
    this.#logger = logger;
  }

  /** `onExit` may be called more than once for one container, and for names that are none. */
  async start(onExit: (containerId: string) => void): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    this.#watcher = watch(this.#directory, { persistent: false }, (_, name) => {
      if (name !== null && !name.includes('.')) onExit(name);
    });
    this.#watcher.on('error', (error) => this.#logger.error('Exit watch failed', { error }));
  }

  /** Runs a task that waits for an exit. The watch alone lets the process end, as a command line's would in the middle. */
  async keepAliveDuring<T>(task: () => Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) this.#watcher?.ref();
    try {
      return await task();
    } finally {
      if (--this.#waiting === 0) this.#watcher?.unref();
    }
  }

  /** Undefined while the container has not ended. */
  async read(containerId: string): Promise<ContainerExit | undefined> {
    const path = join(this.#directory, containerId);
    const read = Promise.all([readFile(path, 'utf8'), stat(path)]);
    const found = await read.catch(() => undefined);
    if (found === undefined || found[0] === '') return undefined;
    return { exitCode: Number(found[0]), finishedAt: Math.round(found[1].mtimeMs) };
  }

  async forget(containerId: string): Promise<void> {
    await rm(join(this.#directory, containerId), { force: true });
  }

  /** Removes files of containers that nobody knows. */
  async sweep(isKnown: (containerId: string) => boolean): Promise<void> {
    const names = await readdir(this.#directory);
    await Promise.all(names.filter((name) => !isKnown(name)).map((name) => this.forget(name)));
  }

  close(): void {
    this.#watcher?.close();
  }
}
