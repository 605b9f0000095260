import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreOpenError } from '../store-open-error.ts';

/** Who holds a lock. The start time tells a process from a later one with the same id. */
interface Holder {
  readonly pid: number;
  /** In the units of /proc/<pid>/stat; absent on systems without it. */
  readonly started?: string;
}

/** The right of one process to use a directory; kept in a file named `lock`. */
export class DirectoryLock {
  readonly #path: string;
  readonly #content: string;

  private constructor(path: string, content: string) {
    this.#path = path;
    this.#content = content;
  }

  /** Throws `StoreOpenError` when a living process, this one included, holds the lock. A dead one's lock is taken over. */
  static acquire(directory: string): DirectoryLock {
    const path = join(directory, 'lock');
    const content = JSON.stringify(holderOf(process.pid) ?? { pid: process.pid });
    while (!createWhole(path, content)) {
      const found = readIfPresent(path);
      if (found === undefined) continue;
      const holder = parseHolder(found);
      if (holder && isAlive(holder)) throw new StoreOpenError('in-use', directory, `in use by process ${holder.pid}`);
      removeStale(path, found);
    }
    return new DirectoryLock(path, content);
  }

  release(): void {
    if (readIfPresent(this.#path) === this.#content) rmSync(this.#path, { force: true });
  }
}

/** Creates the file with its content in one step, so that nobody reads half of it. False when it exists. */
function createWhole(path: string, content: string): boolean {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, content);
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Two processes may find the same stale lock: the slower one must not remove the faster one's new lock. */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const removed = readIfPresent(aside);
  if (removed !== undefined && removed !== stale) createWhole(path, removed);
  rmSync(aside, { force: true });
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseHolder(content: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null && 'pid' in value ? (value as Holder) : undefined;
  } catch {
    // Power was lost before the content reached the disk: whoever wrote it is gone.
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.started !== undefined) return holderOf(holder.pid)?.started === holder.started;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What /proc says of a process; undefined when it is dead, a zombie, or there is no /proc. */
function holderOf(pid: number): Holder | undefined {
  const stat = readIfPresent(`/proc/${pid}/stat`);
  // The command, in parentheses, may hold anything.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = fields?.[19];
  return fields?.[0] === 'Z' || started === undefined ? undefined : { pid, started };
}
