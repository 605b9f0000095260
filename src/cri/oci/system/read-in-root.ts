import { lstat, readFile, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { isErrno } from './atomic-file.ts';

const MAX_LINKS = 40;

/** Reads a file of a container's root file system with links resolved inside of it; empty when it is absent. */
export async function readInRoot(root: string, path: string): Promise<string> {
  try {
    return await readFile(join(root, await resolveInRoot(root, path)), 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR')) return '';
    throw error;
  }
}

async function resolveInRoot(root: string, path: string): Promise<string> {
  let rest = split(path);
  let current = '/';
  for (let links = 0; rest.length > 0; ) {
    const next = posix.join(current, rest[0]!);
    rest = rest.slice(1);
    if (!(await lstat(join(root, next))).isSymbolicLink()) {
      current = next;
      continue;
    }
    if (++links > MAX_LINKS) return current;
    const target = await readlink(join(root, next));
    rest = [...split(posix.resolve('/', target.startsWith('/') ? target : posix.join(current, target))), ...rest];
    current = '/';
  }
  return current;
}

function split(path: string): string[] {
  return path.split('/').filter(Boolean);
}
