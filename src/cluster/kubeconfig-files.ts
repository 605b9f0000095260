import { resolve } from 'node:path';
import type { DataDirectory } from './data-directory.ts';
import { addToKubeconfig, type Kubeconfig, removeFromKubeconfig } from './kubeconfig.ts';

/** The kubeconfig files that the cluster of a data directory was added to, one a line. */
const FILE = 'kubeconfig-files';

/** Adds a cluster to a kubeconfig file, and notes in its data directory that it is there: before, so that it is never forgotten. */
export async function addToKubeconfigFile(data: DataDirectory, path: string, added: Kubeconfig): Promise<void> {
  const files = new Set(await notedFiles(data)).add(resolve(path));
  await data.write(FILE, `${[...files].join('\n')}\n`);
  await addToKubeconfig(path, added);
}

/** Takes a cluster out of every file it was added to; out of `otherwise` where nothing is noted. */
export async function removeFromKubeconfigFiles(data: DataDirectory, name: string, otherwise: string): Promise<void> {
  const noted = await notedFiles(data);
  for (const path of noted.length > 0 ? noted : [otherwise]) await removeFromKubeconfig(path, name);
}

const notedFiles = async (data: DataDirectory): Promise<string[]> =>
  ((await data.read(FILE)) ?? '').split('\n').filter((path) => path !== '');
