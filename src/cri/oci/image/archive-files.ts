import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ByteReader } from './byte-reader.ts';
import { cleanPath } from './layer-paths.ts';
import { paddedSize, readTarEntry } from './tar-format.ts';
import { openDecompressed } from './unpack-layer.ts';

/** The files of an image archive or layout directory, by their name in it. */
export interface ArchiveFiles {
  /** Where a file's content is on disk; undefined when the archive has no such file. */
  path(name: string): string | undefined;
  /** Frees what opening made. */
  close(): Promise<void>;
}

/** Opens a tar (plain or compressed), copying its files into `temporaryRoot`, or a directory, used in place. */
export async function openArchive(path: string, temporaryRoot: string): Promise<ArchiveFiles> {
  if ((await stat(path)).isDirectory()) {
    return { path: (name) => join(path, cleanPath(name)), close: async () => {} };
  }
  const directory = await mkdtemp(join(temporaryRoot, 'import-'));
  const close = () => rm(directory, { recursive: true, force: true });
  try {
    const files = await copyFiles(new ByteReader(await openDecompressed(path)), directory);
    return { path: (name) => files.get(cleanPath(name)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Files are stored under numbers, so that no name in an archive can reach outside. Links are resolved at the end. */
async function copyFiles(reader: ByteReader, directory: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const links = new Map<string, string>();
  for (let entry = await readTarEntry(reader); entry !== undefined; entry = await readTarEntry(reader)) {
    const name = cleanPath(entry.name);
    if (entry.type === 'symlink') links.set(name, cleanPath(posix.join(posix.dirname(name), entry.linkName)));
    if (entry.type === 'link') links.set(name, cleanPath(entry.linkName));
    if (entry.type !== 'file') continue;
    const path = join(directory, String(files.size));
    await writeContent(reader, { path, size: entry.size });
    files.set(name, path);
  }
  await reader.drain();
  for (const [name, target] of links) {
    const path = files.get(target);
    if (path !== undefined) files.set(name, path);
  }
  return files;
}

async function writeContent(reader: ByteReader, file: { path: string; size: number }): Promise<void> {
  await pipeline(Readable.from(reader.take(file.size), { objectMode: false }), createWriteStream(file.path));
  for await (const _ of reader.take(paddedSize(file.size) - file.size));
}

/** A JSON file of an archive; undefined when the archive does not have it. */
export async function readArchiveJson<T>(files: ArchiveFiles, name: string): Promise<T | undefined> {
  const path = files.path(name);
  const text = path === undefined ? undefined : await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
