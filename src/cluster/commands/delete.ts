import { rm } from 'node:fs/promises';
import { DataDirectory } from '../data-directory.ts';
import { removeFromKubeconfig, userKubeconfigPath } from '../kubeconfig.ts';
import { contextName, dataDirectoryOf } from '../paths.ts';
import { readRunFile } from '../run-file.ts';
import { stopProcess } from './down.ts';
import type { ClusterOptions } from './options.ts';

/** `knarr delete`: stops the cluster, removes its containers and networks, its data and its kubeconfig entry. */
export async function deleteCluster(options: ClusterOptions & { readonly kubeconfig?: string }): Promise<void> {
  const root = dataDirectoryOf(options, process.env);
  const data = await DataDirectory.open(root);
  const run = await readRunFile(data);
  if (run !== undefined) await stopProcess(run);
  const { destroyNode } = await import('../local-node.ts');
  await destroyNode(data);
  await rm(root, { recursive: true, force: true });
  await removeFromKubeconfig(options.kubeconfig ?? userKubeconfigPath(process.env), contextName(options.name));
  console.log(`Cluster ${options.name} is deleted`);
}
