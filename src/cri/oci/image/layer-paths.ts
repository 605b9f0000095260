import { lstat, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { isErrno } from '../system/atomic-file.ts';

/** What the layers below hold at a path. */
export type LowerEntry =
  | {
      readonly kind: 'directory';
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly mtime: number;
    }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'other' };

/** Looks at the unpacked layers below the one that is being unpacked, topmost first, without following links. */
export class LowerLayers {
  readonly #directories: readonly string[];
  readonly #cache = new Map<string, Promise<LowerEntry | undefined>>();

  /** `directories`: unpacked layers, bottom first. */
  constructor(directories: readonly string[]) {
    this.#directories = directories.toReversed();
  }

  get isEmpty(): boolean {
    return this.#directories.length === 0;
  }

  /** `path` is relative, clean, and its parents are real directories. */
  lookup(path: string): Promise<LowerEntry | undefined> {
    let found = this.#cache.get(path);
    if (found === undefined) this.#cache.set(path, (found = this.#find(path)));
    return found;
  }

  async #find(path: string): Promise<LowerEntry | undefined> {
    for (const directory of this.#directories) {
      const entry = await inspect(join(directory, path));
      if (entry === 'absent') continue;
      return entry === 'whiteout' ? undefined : entry;
    }
    return undefined;
  }
}

async function inspect(path: string): Promise<LowerEntry | 'absent' | 'whiteout'> {
  try {
    const stats = await lstat(path);
    if (stats.isCharacterDevice() && stats.rdev === 0) return 'whiteout';
    if (stats.isSymbolicLink()) return { kind: 'symlink', target: await readlink(path) };
    if (!stats.isDirectory()) return { kind: 'other' };
    return {
      kind: 'directory',
      mode: stats.mode & 0o7777,
      uid: stats.uid,
      gid: stats.gid,
      mtime: Math.max(0, Math.floor(stats.mtimeMs / 1000)),
    };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return 'absent';
    throw error;
  }
}

/** A path inside the root: relative, without `.` and `..` (which stop at the root, as in a chroot); `''` is the root. */
export function cleanPath(name: string): string {
  return posix.normalize(`/${name}`).replace(/^\/+|\/+$/g, '');
}
