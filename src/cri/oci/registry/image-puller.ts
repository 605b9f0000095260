import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CriError, type RegistryAuth } from '../../runtime.ts';
import {
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  isIndex,
  selectManifest,
} from '../image/image-config.ts';
import { digestOf, type ImageStore, type StoredImage } from '../image/image-store.ts';
import { type ImageReference, parseReference } from '../image/reference.ts';
import { KeyedMutex } from '../system/keyed-mutex.ts';
import { RegistryClient } from './registry-client.ts';
import { type RegistryAccess, readBody } from './registry-http.ts';

export interface PullOptions {
  readonly auth?: RegistryAuth | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Layers of one pull that are downloaded at the same time; containerd's default. */
const PARALLEL_DOWNLOADS = 3;

/** Pulls images into a store. Every byte is checked against the digest that names it. */
export class ImagePuller {
  readonly #store: ImageStore;
  readonly #access: RegistryAccess;
  /** As images name it: `amd64`. */
  readonly #architecture: string;
  readonly #downloads = new KeyedMutex();
  /** Pulls that still need a blob; the last one removes it. */
  readonly #users = new Map<string, number>();

  constructor(store: ImageStore, options: { access: RegistryAccess; architecture: string }) {
    this.#store = store;
    this.#access = options.access;
    this.#architecture = options.architecture;
  }

  /** Rejects with a `CriError` worded as containerd words it. */
  async pull(text: string, options: PullOptions = {}): Promise<StoredImage> {
    const reference = parseReference(text);
    try {
      const client = new RegistryClient(reference, { access: this.#access, ...options });
      const { manifest, digest } = await this.#resolve(client, reference);
      return await this.#fetch(client, { reference, manifest, digest });
    } catch (error) {
      options.signal?.throwIfAborted();
      const code = error instanceof CriError ? error.code : 'Unknown';
      throw new CriError(code, `failed to pull and unpack image "${reference.text}": ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  async #resolve(client: RegistryClient, reference: ImageReference) {
    const { text } = reference;
    const top = await readManifest(client, reference.digest ?? reference.tag ?? 'latest').catch((error) => {
      const code = error instanceof CriError ? error.code : 'Unknown';
      const detail = code === 'NotFound' ? `${text}: not found` : (error as Error).message;
      throw new CriError(code, `failed to resolve reference "${text}": ${detail}`, { cause: error });
    });
    return { manifest: await this.#select(client, top.document, text), digest: top.digest };
  }

  /** An index may point at indexes; one level is what registries hold. */
  async #select(client: RegistryClient, document: ImageManifest | ImageIndex, text: string): Promise<ImageManifest> {
    if (!isIndex(document)) return checkManifest(document, text);
    const selected = selectManifest(document, this.#architecture);
    if (selected === undefined) {
      throw new CriError('NotFound', `no match for platform in manifest: linux/${this.#architecture}: not found`);
    }
    return this.#select(client, (await readManifest(client, selected.digest)).document, text);
  }

  async #fetch(
    client: RegistryClient,
    { reference, manifest, digest }: { reference: ImageReference; manifest: ImageManifest; digest: string },
  ): Promise<StoredImage> {
    const config = await readBody(await client.blob(manifest.config.digest));
    checkDigest(manifest.config.digest, digestOf(config));
    const present = await this.#store.layersOf(config);
    const missing = manifest.layers.filter((_, index) => !present[index]?.present);
    const release = this.#use(missing.map((layer) => layer.digest));
    try {
      await inParallel(missing, PARALLEL_DOWNLOADS, (layer) => this.#download(client, layer));
      const tag = reference.digest === undefined ? [reference.text] : [];
      return await this.#store.add({
        config,
        layers: manifest.layers.map((layer) => ({
          sizeBytes: layer.size,
          ...(missing.includes(layer) && { blobPath: this.#store.blobPath(layer.digest) }),
        })),
        references: [...tag, `${reference.name}@${digest}`],
      });
    } finally {
      await release();
    }
  }

  /** Counts a pull's interest in blobs; the function returned gives it up. */
  #use(digests: readonly string[]): () => Promise<void> {
    const unique = [...new Set(digests)];
    for (const digest of unique) this.#users.set(digest, (this.#users.get(digest) ?? 0) + 1);
    return async () => {
      const unused = unique.filter((digest) => {
        const left = this.#users.get(digest)! - 1;
        if (left > 0) this.#users.set(digest, left);
        else this.#users.delete(digest);
        return left === 0;
      });
      await Promise.all(unused.map((digest) => rm(this.#store.blobPath(digest), { force: true })));
    };
  }

  #download(client: RegistryClient, { digest }: Descriptor): Promise<void> {
    return this.#downloads.run(digest, async () => {
      const path = this.#store.blobPath(digest);
      if (await stat(path).catch(() => undefined)) return;
      const partial = `${path}.partial`;
      const hash = createHash('sha256');
      try {
        const body = await client.blob(digest);
        body.on('data', (chunk: Buffer) => hash.update(chunk));
        await pipeline(body, createWriteStream(partial));
        checkDigest(digest, `sha256:${hash.digest('hex')}`);
        await rename(partial, path);
      } catch (error) {
        await rm(partial, { force: true });
        const code = error instanceof CriError ? error.code : 'Unknown';
        throw new CriError(code, `failed to copy: ${digest}: ${(error as Error).message}`, { cause: error });
      }
    });
  }
}

async function readManifest(client: RegistryClient, tagOrDigest: string) {
  const content = await client.manifest(tagOrDigest);
  const digest = digestOf(content);
  if (tagOrDigest.includes(':')) checkDigest(tagOrDigest, digest);
  return { document: JSON.parse(content.toString()) as ImageManifest | ImageIndex, digest };
}

function checkManifest(manifest: Partial<ImageManifest>, text: string): ImageManifest {
  if (manifest.config !== undefined && Array.isArray(manifest.layers)) return manifest as ImageManifest;
  throw new CriError('Unknown', `unsupported manifest of ${text}: media type "${manifest.mediaType ?? 'unknown'}"`);
}

function checkDigest(expected: string, actual: string): void {
  if (expected === actual) return;
  throw new CriError('Unknown', `unexpected commit digest ${actual}, expected ${expected}: failed precondition`);
}

async function inParallel<T>(items: readonly T[], limit: number, task: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await task(item);
  };
  // All must have ended before the caller cleans up after a failure.
  const results = await Promise.allSettled(Array.from({ length: limit }, worker));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
