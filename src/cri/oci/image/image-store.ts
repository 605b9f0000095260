import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CriError, type Image } from '../../runtime.ts';
import { isErrno, writeFileAtomic, writeJsonFile } from '../system/atomic-file.ts';
import { KeyedMutex } from '../system/keyed-mutex.ts';
import type { ImageConfig, ImageConfigFile } from './image-config.ts';
import { OPAQUE_SUFFIX } from './opaque-directories.ts';
import { parseReference } from './reference.ts';
import { unpackLayer } from './unpack-layer.ts';

/** An image that is ready to run: its layers are unpacked. */
export interface StoredImage {
  /** `sha256:…` of the configuration. */
  readonly id: string;
  readonly tags: readonly string[];
  /** `name@sha256:…` of the manifests it was pulled by. */
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  readonly config: ImageConfig;
  /** Directory names below the layers directory, bottom first. */
  readonly layers: readonly string[];
}

export interface ImageContent {
  readonly config: Buffer;
  /** One blob a layer, bottom first; absent for a layer that the store said it has. */
  readonly layers: readonly { readonly blobPath?: string; readonly sizeBytes: number }[];
  /** References that will mean this image. */
  readonly references: readonly string[];
}

/** Layers that a configuration needs, and whether they are unpacked. */
export interface LayerPresence {
  readonly diffId: string;
  readonly name: string;
  readonly present: boolean;
}

/**
 * Images on disk: `blobs/` holds downloads by digest, `layers/` unpacked layers by chain, `images.json` everything else.
 * Blobs are removed once unpacked: a layer is kept in one form only.
 */
export class ImageStore {
  readonly layersDirectory: string;
  readonly blobsDirectory: string;
  readonly #file: string;
  readonly #locks = new KeyedMutex();
  #images: readonly StoredImage[] = [];
  /** Which state of the file `#images` is. */
  #version = '';
  #opened = false;
  /** Layers of images on their way in; garbage collection leaves them alone. */
  readonly #arriving: string[][] = [];

  constructor(directory: string) {
    this.layersDirectory = join(directory, 'layers');
    this.blobsDirectory = join(directory, 'blobs');
    this.#file = join(directory, 'images.json');
  }

  /** Opens the store; called again, does nothing. */
  async start(): Promise<void> {
    if (this.#opened) return;
    await mkdir(this.layersDirectory, { recursive: true, mode: 0o700 });
    await mkdir(this.blobsDirectory, { recursive: true, mode: 0o700 });
    this.#opened = true;
  }

  list(): readonly StoredImage[] {
    this.#refresh();
    return this.#images;
  }

  /** Another process (a command that imports an image) may have written the file since. */
  #refresh(): void {
    const stats = statSync(this.#file, { throwIfNoEntry: false });
    const version = stats === undefined ? 'absent' : `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
    if (version === this.#version) return;
    this.#images = stats === undefined ? [] : (JSON.parse(readFileSync(this.#file, 'utf8')) as StoredImage[]);
    this.#version = version;
  }

  /** By id, a prefix of it (8 digits or more), or any reference. */
  find(reference: string): StoredImage | undefined {
    const images = this.list();
    const byId = images.find(({ id }) => id === reference || id === `sha256:${reference}`);
    if (byId !== undefined || reference.startsWith('sha256:')) return byId;
    const normalised = tryNormalise(reference);
    const named = images.find(({ tags, digests }) => tags.includes(normalised) || digests.includes(normalised));
    if (named !== undefined || !/^[0-9a-f]{8,64}$/.test(reference)) return named;
    return images.find(({ id }) => id.startsWith(`sha256:${reference}`));
  }

  blobPath(digest: string): string {
    return join(this.blobsDirectory, digest.replace(':', '-'));
  }

  layerPath(name: string): string {
    return join(this.layersDirectory, name);
  }

  /** What `add` will need blobs for. */
  async layersOf(config: Buffer): Promise<LayerPresence[]> {
    const diffIds = parseConfig(config).rootfs.diff_ids;
    return Promise.all(
      chainNames(diffIds).map(async (name, index) => ({
        diffId: diffIds[index]!,
        name,
        present: await exists(this.layerPath(name)),
      })),
    );
  }

  /** Unpacks what is missing and names the image. A tag that meant another image moves to this one. */
  async add(content: ImageContent): Promise<StoredImage> {
    const layers = await this.layersOf(content.config);
    if (layers.length !== content.layers.length) {
      throw new CriError(
        'InvalidArgument',
        `invalid image: ${content.layers.length} layers for ${layers.length} diff ids`,
      );
    }
    const arriving = layers.map(({ name }) => name);
    this.#arriving.push(arriving);
    try {
      return await this.#unpackAndCommit(content, layers);
    } finally {
      this.#arriving.splice(this.#arriving.indexOf(arriving), 1);
    }
  }

  async #unpackAndCommit(content: ImageContent, layers: readonly LayerPresence[]): Promise<StoredImage> {
    for (const [index, { name, diffId }] of layers.entries()) {
      const lower = layers.slice(0, index).map((layer) => this.layerPath(layer.name));
      await this.#locks.run(name, () =>
        this.#unpack(name, diffId, { lower, blobPath: content.layers[index]!.blobPath }),
      );
    }
    const file = parseConfig(content.config);
    const id = digestOf(content.config);
    const sizeBytes = content.layers.reduce((sum, layer) => sum + layer.sizeBytes, content.config.length);
    return this.#commit(
      { id, tags: [], digests: [], sizeBytes, config: file.config ?? {}, layers: layers.map(({ name }) => name) },
      content.references.map((reference) => parseReference(reference).text),
    );
  }

  async #unpack(name: string, diffId: string, from: { lower: string[]; blobPath?: string | undefined }): Promise<void> {
    const destination = this.layerPath(name);
    if (await exists(destination)) return;
    if (from.blobPath === undefined) throw new CriError('NotFound', `layer ${diffId} is missing: not found`);
    await unpackLayer({ blobPath: from.blobPath, diffId, lower: from.lower, destination });
  }

  #commit(image: StoredImage, references: readonly string[]): Promise<StoredImage> {
    return this.#locks.run(this.#file, async () => {
      const known = this.list().find(({ id }) => id === image.id);
      const tags = references.filter((reference) => !reference.includes('@'));
      const digests = references.filter((reference) => reference.includes('@'));
      const merged = {
        ...image,
        tags: [...new Set([...(known?.tags ?? []), ...tags])],
        digests: [...new Set([...(known?.digests ?? []), ...digests])],
      };
      const others = this.#images
        .filter(({ id }) => id !== image.id)
        .map((other) => ({ ...other, tags: other.tags.filter((tag) => !tags.includes(tag)) }));
      await this.#save([...others, merged]);
      return merged;
    });
  }

  /** Adds a name to an image. */
  tag(id: string, reference: string): Promise<StoredImage> {
    const image = this.find(id);
    if (image === undefined) throw new CriError('NotFound', `image "${id}": not found`);
    return this.#commit(image, [parseReference(reference).text]);
  }

  /**
   * Removes a name, and with the last tag, or by id or digest, the image. Layers in `inUse` and layers of other images stay.
   * Harmless when absent.
   */
  async remove(reference: string, inUse: ReadonlySet<string>): Promise<void> {
    await this.#locks.run(this.#file, async () => {
      const image = this.find(reference);
      if (image === undefined) return;
      const name = tryNormalise(reference);
      const tags = image.tags.includes(name) ? image.tags.filter((tag) => tag !== name) : [];
      const others = this.#images.filter(({ id }) => id !== image.id);
      await this.#save(tags.length === 0 ? others : [...others, { ...image, tags }]);
    });
    await this.collectGarbage(inUse);
  }

  /** Removes layers and blobs that no image and no container uses. */
  async collectGarbage(inUse: ReadonlySet<string>): Promise<void> {
    const used = new Set([...inUse, ...this.#arriving.flat(), ...this.list().flatMap(({ layers }) => layers)]);
    const names = await readdir(this.layersDirectory);
    const isUsed = (name: string) => used.has(name.replace(OPAQUE_SUFFIX, ''));
    const unused = names.filter((name) => !name.endsWith('.unpacking') && !isUsed(name));
    await Promise.all(unused.map((name) => rm(this.layerPath(name), { recursive: true, force: true })));
  }

  async #save(images: readonly StoredImage[]): Promise<void> {
    await writeJsonFile(this.#file, images);
    this.#refresh();
  }

  /** Stores a small blob and returns its path. */
  async putBlob(digest: string, content: Buffer): Promise<string> {
    const path = this.blobPath(digest);
    await writeFileAtomic(path, content);
    return path;
  }

  /** A complete blob's content; undefined when absent. */
  async readBlob(digest: string): Promise<Buffer | undefined> {
    const content = await readFile(this.blobPath(digest)).catch((error) => {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    });
    return content !== undefined && digestOf(content) === digest ? content : undefined;
  }
}

/** An image as the container runtime interface shows it. */
export function toImage(stored: StoredImage): Image {
  const user = stored.config.User?.split(':')[0] ?? '';
  const numeric = /^\d+$/.test(user);
  return {
    id: stored.id,
    repoTags: stored.tags,
    repoDigests: stored.digests,
    sizeBytes: stored.sizeBytes,
    ...(numeric || user === '' ? { uid: Number(user || 0) } : { username: user }),
  };
}

/**
 * Directory names of a layer chain. A layer unpacked above other layers may differ, so the name covers the whole chain;
 * it is short because the kernel limits an overlay's options to one page.
 */
export function chainNames(diffIds: readonly string[]): string[] {
  let chain = '';
  return diffIds.map((diffId) => {
    chain = chain === '' ? diffId : digestOf(Buffer.from(`${chain} ${diffId}`));
    return chain.slice('sha256:'.length, 'sha256:'.length + 24);
  });
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** The digest of a file's content. */
export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

function parseConfig(config: Buffer): ImageConfigFile {
  const file = JSON.parse(config.toString()) as Partial<ImageConfigFile>;
  if (!Array.isArray(file.rootfs?.diff_ids))
    throw new CriError('InvalidArgument', 'invalid image configuration: no rootfs');
  return file as ImageConfigFile;
}

function tryNormalise(reference: string): string {
  try {
    return parseReference(reference).text;
  } catch (error) {
    if (error instanceof CriError) return reference;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
