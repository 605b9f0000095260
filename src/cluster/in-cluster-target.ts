import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import type { WebhookTarget } from './webhook-kubeconfig.ts';

const DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';
const NOT_IN_CLUSTER =
  'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined';

/** Where a process inside a pod is, for tests: its environment and the files of its service account. */
export interface PodPlace {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
}

/** The API server of the cluster that this process runs in as a pod. Rejects with a `ConfigFileError` outside of one. */
export async function readInClusterTarget({
  environment = process.env,
  directory = DIRECTORY,
}: PodPlace = {}): Promise<WebhookTarget> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host || !port) throw new ConfigFileError(NOT_IN_CLUSTER);
  try {
    const [token, ca] = await Promise.all(['token', 'ca.crt'].map((name) => readFile(join(directory, name), 'utf8')));
    return { url: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, token: token?.trim(), ca };
  } catch (error) {
    throw new ConfigFileError((error as Error).message, { cause: error });
  }
}
