import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CommandError } from './command-error.ts';

/** All that a cluster keeps on disk: copy or delete it, and the cluster is copied or deleted. */
export class DataDirectory {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Makes the directory where it is missing. Throws a `CommandError` when it cannot be written. */
  static async open(root: string): Promise<DataDirectory> {
    const directory = new DataDirectory(root);
    try {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const probe = directory.path('.writable');
      await writeFile(probe, '');
    } catch (error) {
      throw new CommandError(`open data directory ${root}: ${(error as Error).message}`, { cause: error });
    }
    return directory;
  }

  path(...names: string[]): string {
    return join(this.root, ...names);
  }

  /** The text of a file, or undefined when there is none. */
  async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(this.path(name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Replaces a file as a whole; readable only by its owner. */
  async write(name: string, text: string): Promise<void> {
    await writeFileAtomically(this.path(name), text);
  }

  /** The text of a file, made at the first use. */
  async readOrCreate(name: string, make: () => string | Promise<string>): Promise<string> {
    const present = await this.read(name);
    if (present !== undefined) return present;
    const text = await make();
    await this.write(name, text);
    return text;
  }
}

/** Writes a file beside its place, then moves it there: readers see the old text or the new one. Mode 0600. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}
