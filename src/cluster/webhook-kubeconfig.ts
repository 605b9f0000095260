import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { HttpsAccess } from '#apiserver/authentication/json-request.ts';
import { readConfigFile } from '#machinery/codec/config-file.ts';
import { FieldPath, required } from '#machinery/errors/field-error.ts';
import { json, list, message, opt, string } from '#machinery/schema/schema.ts';

const Cluster = message('io.k8s.client.Cluster', {
  server: opt(1, string),
  'certificate-authority': opt(2, string),
  'certificate-authority-data': opt(3, string),
});
const User = message('io.k8s.client.AuthInfo', {
  'client-certificate': opt(1, string),
  'client-certificate-data': opt(2, string),
  'client-key': opt(3, string),
  'client-key-data': opt(4, string),
  token: opt(5, string),
  tokenFile: opt(6, string),
});
const Kubeconfig = message('io.k8s.client.Config', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  preferences: opt(1, json),
  clusters: opt(2, list(message('io.k8s.client.NamedCluster', { name: opt(1, string), cluster: opt(2, Cluster) }))),
  users: opt(3, list(message('io.k8s.client.NamedAuthInfo', { name: opt(1, string), user: opt(2, User) }))),
  contexts: opt(4, json),
  'current-context': opt(5, string),
});

const SERVER = new FieldPath('clusters').index(0).child('cluster', 'server');

/** Somebody over HTTPS. */
export interface WebhookTarget extends HttpsAccess {
  readonly url: string;
}

/**
 * The target of a webhook, which upstream describes as a kubeconfig: the first cluster is the service, the first user is this
 * server. Files are relative to the working directory. Throws a `ConfigFileError`.
 */
export async function readWebhookKubeconfig(text: string): Promise<WebhookTarget> {
  const config = readConfigFile(text, Kubeconfig, {
    apiVersions: ['v1'],
    kind: 'Config',
    validate: ({ clusters }) => (clusters?.[0]?.cluster?.server ? [] : [required(SERVER)]),
  });
  const cluster = config.clusters?.[0]?.cluster ?? {};
  const user = config.users?.[0]?.user ?? {};
  const [ca, cert, key] = await Promise.all([
    pem(cluster['certificate-authority-data'], cluster['certificate-authority']),
    pem(user['client-certificate-data'], user['client-certificate']),
    pem(user['client-key-data'], user['client-key']),
  ]);
  const token = user.token ?? (user.tokenFile ? (await readFile(resolve(user.tokenFile), 'utf8')).trim() : undefined);
  return { url: cluster.server ?? '', ca, cert, key, token };
}

async function pem(data: string | undefined, path: string | undefined): Promise<string | undefined> {
  if (data) return Buffer.from(data, 'base64').toString();
  return path ? readFile(resolve(path), 'utf8') : undefined;
}
