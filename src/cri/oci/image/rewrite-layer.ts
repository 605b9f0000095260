import { posix } from 'node:path';
import type { ByteReader } from './byte-reader.ts';
import { cleanPath, type LowerLayers } from './layer-paths.ts';
import { createBlock, encodeTarEntry, paddedSize, readTarEntry, type TarEntry } from './tar-format.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const OPAQUE_RECORD = { key: 'SCHILY.xattr.trusted.overlay.opaque', value: Buffer.from('y') };
const MAX_LINKS = 40;

/**
 * Turns an image layer into a tar stream that, extracted into an empty directory, is a layer for overlayfs:
 * whiteouts become character devices 0/0, opaque markers an extended attribute; names cannot leave the root, neither by
 * `..` nor through symbolic links; parent directories that the layer leaves out are copied from the layers below, as
 * overlayfs takes a directory's mode and owner from the topmost layer that has it. `onOpaque` is told every opaque directory.
 */
export async function* rewriteLayer(
  reader: ByteReader,
  lower: LowerLayers,
  onOpaque: (directory: string) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const rewriter = new LayerRewriter(lower, onOpaque);
  for (let entry = await readTarEntry(reader); entry !== undefined; entry = await readTarEntry(reader)) {
    const rewritten = await rewriter.rewrite(entry);
    yield* rewritten.headers;
    const content = reader.take(entry.type === 'file' ? paddedSize(entry.size) : 0);
    if (rewritten.keepContent) yield* content;
    else for await (const _ of content);
  }
  yield Buffer.alloc(2 * 512);
  await reader.drain();
}

interface Rewritten {
  readonly headers: Buffer[];
  readonly keepContent: boolean;
}

const DROPPED: Rewritten = { headers: [], keepContent: false };

class LayerRewriter {
  readonly #lower: LowerLayers;
  readonly #onOpaque: (directory: string) => void;
  /** What this layer has put at a path so far; symbolic links with their target. */
  readonly #directories = new Map<string, TarEntry>();
  readonly #links = new Map<string, string>();
  readonly #others = new Set<string>();

  constructor(lower: LowerLayers, onOpaque: (directory: string) => void) {
    this.#lower = lower;
    this.#onOpaque = onOpaque;
  }

  async rewrite(entry: TarEntry): Promise<Rewritten> {
    const headers: Buffer[] = [];
    const asked = cleanPath(entry.name);
    if (entry.type === 'other') return DROPPED;
    const base = posix.basename(asked);
    const parent = await this.#enter(posix.dirname(`/${asked}`).slice(1), headers);
    const path = posix.join(parent, base);
    if (base.startsWith(WHITEOUT)) return this.#whiteout(parent, base, headers);
    const linkName = entry.type === 'link' ? await this.#resolveFile(cleanPath(entry.linkName)) : entry.linkName;
    const pax = entry.pax.filter(({ key }) => !key.startsWith('SCHILY.xattr.trusted.overlay.'));
    const clean: TarEntry = { ...entry, name: path === '' ? '.' : path, linkName, pax };
    this.#remember(path, clean);
    headers.push(encodeTarEntry(clean));
    return { headers, keepContent: entry.type === 'file' };
  }

  #remember(path: string, entry: TarEntry): void {
    this.#directories.delete(path);
    this.#links.delete(path);
    this.#others.delete(path);
    if (entry.type === 'directory') this.#directories.set(path, entry);
    else if (entry.type === 'symlink') this.#links.set(path, entry.linkName);
    else this.#others.add(path);
  }

  #whiteout(parent: string, base: string, headers: Buffer[]): Rewritten {
    if (this.#lower.isEmpty) return { headers, keepContent: false };
    if (base === OPAQUE) {
      const directory = this.#directories.get(parent) ?? newDirectory(parent, DEFAULT_DIRECTORY);
      const opaque = { ...directory, pax: [...directory.pax, OPAQUE_RECORD] };
      this.#directories.set(parent, opaque);
      this.#onOpaque(parent);
      headers.push(encodeTarEntry(opaque));
    } else if (!base.startsWith(`${WHITEOUT}${WHITEOUT}`)) {
      const path = posix.join(parent, base.slice(WHITEOUT.length));
      // Something the same layer puts there replaces what is below anyway.
      if (!this.#has(path)) headers.push(encodeTarEntry(newEntry(path, 'character', '3', DEFAULT_DIRECTORY)));
    }
    return { headers, keepContent: false };
  }

  #has(path: string): boolean {
    return this.#directories.has(path) || this.#links.has(path) || this.#others.has(path);
  }

  /** Resolves a directory's links and makes sure that every directory on the way is in this layer. */
  async #enter(path: string, headers: Buffer[]): Promise<string> {
    return this.#walk(path, async (current) => {
      if (current === '' || this.#directories.has(current)) return;
      const below = this.#others.has(current) ? undefined : await this.#lower.lookup(current);
      const directory = newDirectory(current, below?.kind === 'directory' ? below : DEFAULT_DIRECTORY);
      this.#remember(current, directory);
      headers.push(encodeTarEntry(directory));
    });
  }

  async #resolveFile(path: string): Promise<string> {
    const parent = await this.#walk(posix.dirname(`/${path}`).slice(1), async () => {});
    return posix.join(parent, posix.basename(path));
  }

  async #walk(path: string, visit: (directory: string) => Promise<void>): Promise<string> {
    let rest = path.split('/').filter(Boolean);
    let current = '';
    for (let links = 0; rest.length > 0; ) {
      const next = posix.join(current, rest[0]!);
      rest = rest.slice(1);
      const target = await this.#linkTarget(next);
      if (target === undefined) {
        await visit((current = next));
        continue;
      }
      if (++links > MAX_LINKS) throw new Error(`too many symbolic links in layer: ${path}`);
      const absolute = target.startsWith('/') ? target : `/${current}/${target}`;
      rest = [...cleanPath(absolute).split('/').filter(Boolean), ...rest];
      current = '';
    }
    return current;
  }

  async #linkTarget(path: string): Promise<string | undefined> {
    const own = this.#links.get(path);
    if (own !== undefined || this.#directories.has(path) || this.#others.has(path)) return own;
    const below = await this.#lower.lookup(path);
    return below?.kind === 'symlink' ? below.target : undefined;
  }
}

const DEFAULT_DIRECTORY = { mode: 0o755, uid: 0, gid: 0, mtime: 0 };

function newDirectory(path: string, attributes: typeof DEFAULT_DIRECTORY): TarEntry {
  return newEntry(path === '' ? '.' : path, 'directory', '5', attributes);
}

function newEntry(name: string, type: TarEntry['type'], flag: string, attributes: typeof DEFAULT_DIRECTORY): TarEntry {
  const block = createBlock({ name, flag, size: 0, ...attributes });
  return { name, linkName: '', type, size: 0, block, pax: [] };
}
