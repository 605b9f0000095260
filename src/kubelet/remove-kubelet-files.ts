import { rm } from 'node:fs/promises';
import { unmountBelow } from './volumes/mounts.ts';

/** Removes everything a kubelet kept in its directory, mounts included. No kubelet and none of its pods may run. */
export async function removeKubeletFiles(rootDirectory: string): Promise<void> {
  await unmountBelow(rootDirectory);
  await rm(rootDirectory, { recursive: true, force: true });
}
