import type { Stats } from 'node:fs';
import { lstat, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Checks or makes the path of a hostPath volume by its type; the messages are upstream's. */
export async function prepareHostPath(path: string, type = ''): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  const fail = (what: string): never => {
    throw new Error(`hostPath type check failed: ${path} is not ${what}`);
  };
  const need = (test: (stats: Stats) => boolean, what: string) => (found && test(found) ? undefined : fail(what));
  switch (type) {
    case '':
      // Runtimes make a directory where nothing is.
      if (!found && !(await lstat(path).catch(() => undefined))) await mkdir(path, { recursive: true, mode: 0o755 });
      return;
    case 'DirectoryOrCreate':
      if (!found) await mkdir(path, { recursive: true, mode: 0o755 });
      else need((stats) => stats.isDirectory(), 'a directory');
      return;
    case 'FileOrCreate':
      if (!found) {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, '', { mode: 0o644 });
      } else need((stats) => stats.isFile(), 'a file');
      return;
    case 'Directory':
      return need((stats) => stats.isDirectory(), 'a directory');
    case 'File':
      return need((stats) => stats.isFile(), 'a file');
    case 'Socket':
      return need((stats) => stats.isSocket(), 'a socket file');
    case 'CharDevice':
      return need((stats) => stats.isCharacterDevice(), 'a character device');
    case 'BlockDevice':
      return need((stats) => stats.isBlockDevice(), 'a block device');
    default:
      throw new Error(`${type} is an invalid volume type`);
  }
}
