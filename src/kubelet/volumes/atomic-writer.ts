import { chmod, chown, mkdir, mkdtemp, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Payload } from './payload.ts';

const DATA = '..data';
const NEW_DATA = '..data_tmp';

/**
 * Puts a payload in place so that readers see the old files or the new ones, never a mixture: files live in a fresh
 * directory, `..data` points to it and is moved over in one step, and what users see points through `..data`.
 */
export async function writeAtomically(
  directory: string,
  payload: Payload,
  { group }: { readonly group?: number | undefined } = {},
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, group === undefined ? 0o777 : 0o2777);
  if (group !== undefined) await chown(directory, 0, group);
  const old = await readlink(join(directory, DATA)).catch(() => undefined);
  // Not `join`, which would take the two dots for the parent directory.
  const fresh = await mkdtemp(`${directory}/..`);
  await chmod(fresh, group === undefined ? 0o755 : 0o2755);
  if (group !== undefined) await chown(fresh, 0, group);
  for (const [path, file] of payload) {
    const target = join(fresh, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await writeFile(target, file.data);
    await chmod(target, group === undefined ? file.mode : file.mode | 0o440);
    if (file.uid !== undefined || group !== undefined) await chown(target, file.uid ?? 0, group ?? 0);
  }
  await rm(join(directory, NEW_DATA), { force: true });
  await symlink(fresh.slice(directory.length + 1), join(directory, NEW_DATA));
  await rename(join(directory, NEW_DATA), join(directory, DATA));
  await linkVisible(directory, payload);
  if (old !== undefined) await rm(join(directory, old), { recursive: true, force: true });
}

async function linkVisible(directory: string, payload: Payload): Promise<void> {
  const wanted = new Set([...payload.keys()].map((path) => path.split('/')[0] as string));
  const present = new Set((await readdir(directory)).filter((name) => !name.startsWith('..')));
  for (const name of wanted) {
    if (!present.has(name)) await symlink(join(DATA, name), join(directory, name));
  }
  for (const name of present) if (!wanted.has(name)) await rm(join(directory, name), { recursive: true, force: true });
}
