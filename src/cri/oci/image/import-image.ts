import { readFile, stat } from 'node:fs/promises';
import { CriError } from '../../runtime.ts';
import { type ArchiveFiles, openArchive, readArchiveJson } from './archive-files.ts';
import { type Descriptor, type ImageIndex, type ImageManifest, isIndex, selectManifest } from './image-config.ts';
import type { ImageStore, StoredImage } from './image-store.ts';
import { parseReference } from './reference.ts';

interface DockerManifestEntry {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

export interface ImportOptions {
  /** Names an image that the archive leaves without a name. */
  readonly reference?: string;
  /** As images name it: `amd64`. */
  readonly architecture: string;
  readonly temporaryDirectory: string;
}

/**
 * Imports every image of a docker-archive, an OCI archive or an OCI layout directory; resolves with their references,
 * or the id of an image that has none. Rejects with `InvalidArgument` for anything else.
 */
export async function importImage(store: ImageStore, path: string, options: ImportOptions): Promise<string[]> {
  const files = await openArchive(path, options.temporaryDirectory).catch((error: Error) => {
    throw new CriError('InvalidArgument', `failed to import image from ${path}: ${error.message}`, { cause: error });
  });
  try {
    const docker = await readArchiveJson<DockerManifestEntry[]>(files, 'manifest.json');
    if (docker !== undefined) return (await importDocker(store, files, docker, options)).flat();
    const index = await readArchiveJson<ImageIndex>(files, 'index.json');
    if (index !== undefined) return (await importOci(store, files, index, options)).flat();
    throw new CriError('InvalidArgument', `failed to import image from ${path}: no manifest.json and no index.json`);
  } finally {
    await files.close();
  }
}

async function importDocker(
  store: ImageStore,
  files: ArchiveFiles,
  entries: readonly DockerManifestEntry[],
  options: ImportOptions,
): Promise<string[][]> {
  const imported: string[][] = [];
  for (const entry of entries) {
    const tags = entry.RepoTags ?? [];
    const references = tags.length > 0 ? tags : named(options.reference);
    const image = await store.add({
      config: await readFile(required(files, entry.Config)),
      layers: await Promise.all(entry.Layers.map((name) => layerAt(required(files, name)))),
      references,
    });
    imported.push(await alsoNamed(store, image, { references, reference: options.reference }));
  }
  return imported;
}

async function importOci(
  store: ImageStore,
  files: ArchiveFiles,
  index: ImageIndex,
  options: ImportOptions,
): Promise<string[][]> {
  const imported: string[][] = [];
  for (const descriptor of index.manifests) {
    const manifest = await readManifest(files, descriptor, options.architecture);
    if (manifest === undefined) continue;
    const own = referenceOf(descriptor, options.reference);
    const references = [...own, ...own.map((reference) => `${parseReference(reference).name}@${descriptor.digest}`)];
    const image = await store.add({
      config: await readFile(required(files, blobName(manifest.config.digest))),
      layers: await Promise.all(manifest.layers.map((layer) => layerAt(required(files, blobName(layer.digest))))),
      references,
    });
    imported.push(await alsoNamed(store, image, { references: own, reference: options.reference }));
  }
  return imported;
}

/** An image is also given the asked-for name when its archive names it differently. */
async function alsoNamed(
  store: ImageStore,
  image: StoredImage,
  names: { references: readonly string[]; reference: string | undefined },
): Promise<string[]> {
  const wanted = new Set([...names.references, ...named(names.reference)].map((name) => parseReference(name).text));
  for (const name of wanted) await store.tag(image.id, name);
  return wanted.size === 0 ? [image.id] : [...wanted];
}

async function readManifest(
  files: ArchiveFiles,
  descriptor: Descriptor,
  architecture: string,
): Promise<ImageManifest | undefined> {
  const document = await readArchiveJson<ImageManifest | ImageIndex>(files, blobName(descriptor.digest));
  if (document === undefined || !isIndex(document)) return document?.layers === undefined ? undefined : document;
  const selected = selectManifest(document, architecture);
  return selected === undefined ? undefined : readManifest(files, selected, architecture);
}

function referenceOf({ annotations }: Descriptor, fallback: string | undefined): string[] {
  const full = annotations?.['io.containerd.image.name'];
  if (full !== undefined) return [full];
  const name = annotations?.['org.opencontainers.image.ref.name'];
  // Some tools write only the tag there, which names no image.
  if (name !== undefined && /[/:]/.test(name)) return [name];
  return named(fallback);
}

function named(reference: string | undefined): string[] {
  return reference === undefined ? [] : [reference];
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

async function layerAt(blobPath: string): Promise<{ blobPath: string; sizeBytes: number }> {
  return { blobPath, sizeBytes: (await stat(blobPath)).size };
}

function required(files: ArchiveFiles, name: string): string {
  const path = files.path(name);
  if (path === undefined) throw new CriError('InvalidArgument', `invalid image archive: ${name} is missing`);
  return path;
}
