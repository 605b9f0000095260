import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseYaml } from '#machinery/codec/yaml.ts';
import { stringifyYaml } from '#machinery/codec/yaml-writer.ts';
import type { KeyPair } from './certificates/authority.ts';
import { CommandError } from './command-error.ts';
import { writeFileAtomically } from './data-directory.ts';

interface Named {
  readonly name: string;
}

/** A kubeconfig file as kubectl reads it. */
export interface Kubeconfig {
  readonly apiVersion: 'v1';
  readonly kind: 'Config';
  readonly clusters: readonly (Named & { readonly cluster: object })[];
  readonly contexts: readonly (Named & { readonly context: object })[];
  readonly users: readonly (Named & { readonly user: object })[];
  readonly 'current-context': string;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The administrator's kubeconfig of one cluster; its context, cluster and user are all called `name`. */
export const adminKubeconfig = (
  name: string,
  server: string,
  { ca, admin }: { readonly ca: string; readonly admin: KeyPair },
): Kubeconfig => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
  contexts: [{ name, context: { cluster: name, user: name } }],
  users: [
    {
      name,
      user: {
        'client-certificate-data': base64(admin.certificate),
        'client-key-data': base64(admin.key),
      },
    },
  ],
  'current-context': name,
});

export const kubeconfigText = (config: Kubeconfig): string => stringifyYaml(config);

/** Where kubectl looks: the first file of KUBECONFIG, or `~/.kube/config`. */
export const userKubeconfigPath = (environment: NodeJS.ProcessEnv): string =>
  environment['KUBECONFIG']?.split(':').find((path) => path !== '') ?? join(homedir(), '.kube', 'config');

/** Adds a cluster to a kubeconfig file, or replaces what is there under its name, and makes it the current context. */
export async function addToKubeconfig(path: string, added: Kubeconfig): Promise<void> {
  await writeFileAtomically(path, kubeconfigText(merge((await readKubeconfig(path)) ?? added, added)));
}

/** Takes a cluster out of a kubeconfig file again, if it is there. */
export async function removeFromKubeconfig(path: string, name: string): Promise<void> {
  const present = await readKubeconfig(path);
  if (!present?.contexts?.some((each) => each.name === name)) return;
  const without = <T extends Named>(list: readonly T[] | undefined) =>
    (list ?? []).filter((each) => each.name !== name);
  await writeFileAtomically(
    path,
    kubeconfigText({
      ...present,
      clusters: without(present.clusters),
      contexts: without(present.contexts),
      users: without(present.users),
      'current-context': present['current-context'] === name ? '' : present['current-context'],
    }),
  );
}

function merge(present: Kubeconfig, added: Kubeconfig): Kubeconfig {
  const join = <T extends Named>(old: readonly T[] | undefined, fresh: readonly T[]) => [
    ...(old ?? []).filter((each) => !fresh.some(({ name }) => name === each.name)),
    ...fresh,
  ];
  return {
    ...present,
    apiVersion: 'v1',
    kind: 'Config',
    clusters: join(present.clusters, added.clusters),
    contexts: join(present.contexts, added.contexts),
    users: join(present.users, added.users),
    'current-context': added['current-context'],
  };
}

async function readKubeconfig(path: string): Promise<Kubeconfig | undefined> {
  try {
    const { value } = parseYaml(await readFile(path, 'utf8'));
    if (value === null) return undefined;
    if (typeof value !== 'object') throw new CommandError(`read kubeconfig ${path}: not a kubeconfig file`);
    return value as Kubeconfig;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
