import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { DataDirectory } from '../data-directory.ts';
import { removeFromKubeconfig, userKubeconfigPath } from '../kubeconfig.ts';
import { removeFromKubeconfigFiles } from '../kubeconfig-files.ts';
import { contextName, dataDirectoryOf } from '../paths.ts';
import { readRunFile } from '../run-file.ts';
import { stopProcess } from './down.ts';
import type { ClusterOptions } from './options.ts';

/** `knarr delete`: stops the cluster, removes its containers and networks, its data and its entry in every kubeconfig that `up` added it to. */
export async function deleteCluster(options: ClusterOptions & { readonly kubeconfig?: string }): Promise<void> {
  const root = dataDirectoryOf(options, process.env);
  // Asking twice is no fault, but who named the wrong directory shall see it.
  const isThere = existsSync(root);
  const data = await DataDirectory.open(root);
  const run = await readRunFile(data);
  if (run !== undefined) await stopProcess(run);
  const { destroyNode } = await import('../local-node.ts');
  await destroyNode(data);
  const context = contextName(options.name);
  if (options.kubeconfig !== undefined) await removeFromKubeconfig(options.kubeconfig, context);
  await removeFromKubeconfigFiles(data, context, userKubeconfigPath(process.env));
  await rm(root, { recursive: true, force: true });
  console.log(isThere ? `Cluster ${options.name} is deleted` : `Cluster ${options.name} has no data in ${root}`);
}
