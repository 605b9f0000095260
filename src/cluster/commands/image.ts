import { resolve } from 'node:path';
import type { ImageService } from '#cri/runtime.ts';
import { CommandError } from '../command-error.ts';
import { DataDirectory } from '../data-directory.ts';
import { missingForNode } from '../node-requirements.ts';
import { dataDirectoryOf } from '../paths.ts';
import type { ClusterOptions } from './options.ts';

/** `knarr image import` */
export const importImage = (path: string, options: ClusterOptions & { readonly tag?: string }): Promise<void> =>
  withImages(options, async (images) => {
    for (const reference of await images.importImage(resolve(path), options.tag)) console.log(reference);
  });

/** `knarr image list` */
export const listImages = (options: ClusterOptions): Promise<void> =>
  withImages(options, async (images) => {
    const rows = (await images.listImages()).flatMap(({ repoTags, id, sizeBytes }) =>
      (repoTags.length > 0 ? repoTags : ['<none>']).map((tag) => [
        tag,
        id.replace('sha256:', '').slice(0, 12),
        megabytes(sizeBytes),
      ]),
    );
    for (const [name, id, size] of [['IMAGE', 'ID', 'SIZE'], ...rows]) {
      console.log(`${name?.padEnd(60)} ${id?.padEnd(14)} ${size}`);
    }
  });

/** `knarr image remove` */
export const removeImage = (reference: string, options: ClusterOptions): Promise<void> =>
  withImages(options, async (images) => {
    await images.removeImage(reference);
    console.log(`Removed ${reference}`);
  });

async function withImages(options: ClusterOptions, work: (images: ImageService) => Promise<void>): Promise<void> {
  const data = await DataDirectory.open(dataDirectoryOf(options, process.env));
  const missing = missingForNode(process.env);
  if (missing !== undefined) throw new CommandError(`open image store: ${missing}`);
  try {
    const { openImageService } = await import('../local-node.ts');
    await work(openImageService(data));
  } catch (error) {
    throw new CommandError((error as Error).message, { cause: error });
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)}MB`;
