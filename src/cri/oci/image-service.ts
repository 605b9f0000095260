import { mkdir } from 'node:fs/promises';
import type { ImageService } from '../runtime.ts';
import type { EnginePaths } from './engine-paths.ts';
import { imageArchitecture } from './image/image-config.ts';
import { type ImageStore, toImage } from './image/image-store.ts';
import { importImage } from './image/import-image.ts';
import type { ContainerRecord, RecordStore } from './records.ts';
import { ImagePuller } from './registry/image-puller.ts';
import type { RegistryAccess } from './registry/registry-http.ts';
import { runCommand } from './system/run-command.ts';

export interface ImageServiceParts {
  readonly paths: EnginePaths;
  readonly images: ImageStore;
  /** Their layers must not be removed. Read from disk where no engine keeps them. */
  readonly containers: RecordStore<ContainerRecord>;
  readonly access: RegistryAccess;
}

/** The image half of the interface; opens the store when it is first used. */
export function createImageService({ paths, images, containers, access }: ImageServiceParts): ImageService {
  const architecture = imageArchitecture(process.arch);
  const puller = new ImagePuller(images, { access, architecture });
  const layersInUse = async () => {
    if (!containers.loaded) await containers.load();
    return new Set(containers.list().flatMap(({ layers }) => layers));
  };
  return {
    async listImages() {
      await images.start();
      return images.list().map(toImage);
    },
    async imageStatus(reference) {
      await images.start();
      const image = images.find(reference);
      return image === undefined ? undefined : toImage(image);
    },
    async pullImage(reference, auth, signal) {
      await images.start();
      return (await puller.pull(reference, { auth, signal })).id;
    },
    async removeImage(reference) {
      await images.start();
      await images.remove(reference, await layersInUse());
    },
    async importImage(path, reference) {
      await images.start();
      await mkdir(paths.temporary, { recursive: true, mode: 0o711 });
      const options = { architecture, temporaryDirectory: paths.temporary };
      return importImage(images, path, { ...options, ...(reference !== undefined && { reference }) });
    },
    async fsInfo() {
      await images.start();
      return usage(images.layersDirectory);
    },
  };
}

async function usage(mountpoint: string): Promise<{ mountpoint: string; usedBytes: number; inodesUsed: number }> {
  const count = (flag: string) => runCommand('du', ['-sx', flag, mountpoint]);
  const [bytes, inodes] = await Promise.all([count('-B1'), count('--inodes')]);
  const number = (output: Buffer) => Number.parseInt(output.toString(), 10) || 0;
  return { mountpoint, usedBytes: number(bytes.stdout), inodesUsed: number(inodes.stdout) };
}
