import type { ImageService } from '#cri/runtime.ts';
import { CommandError } from './command-error.ts';
import type { DataDirectory } from './data-directory.ts';

/** Removes what the node made outside the data directory. */
export async function destroyNode(_data: DataDirectory): Promise<void> {}

export async function openImageService(_data: DataDirectory): Promise<ImageService> {
  throw new CommandError('no container engine');
}
