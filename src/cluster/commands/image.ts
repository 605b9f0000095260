import { DataDirectory } from '../data-directory.ts';
import { openImageService } from '../local-node.ts';
import { dataDirectoryOf } from '../paths.ts';
import type { ClusterOptions } from './options.ts';

/** `knarr image import` */
export async function importImage(path: string, options: ClusterOptions & { readonly tag?: string }): Promise<void> {
  const images = await open(options);
  for (const reference of await images.importImage(path, options.tag)) console.log(reference);
}

/** `knarr image list` */
export async function listImages(options: ClusterOptions): Promise<void> {
  const images = await (await open(options)).listImages();
  const rows = images.flatMap((image) =>
    (image.repoTags.length > 0 ? image.repoTags : ['<none>']).map((tag) => [
      tag,
      image.id.slice(7, 19),
      megabytes(image.sizeBytes),
    ]),
  );
  for (const row of [['IMAGE', 'ID', 'SIZE'], ...rows])
    console.log(`${row[0]?.padEnd(60)} ${row[1]?.padEnd(14)} ${row[2]}`);
}

/** `knarr image remove` */
export async function removeImage(reference: string, options: ClusterOptions): Promise<void> {
  await (await open(options)).removeImage(reference);
  console.log(`Removed ${reference}`);
}

const open = async (options: ClusterOptions) =>
  openImageService(await DataDirectory.open(dataDirectoryOf(options, process.env)));

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)}MB`;
