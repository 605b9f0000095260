import { createHmac } from 'node:crypto';
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { Secrets } from '#api/core/v1/secret.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { type BootstrapToken, isTokenSecret, readToken } from './bootstrap-secret.ts';

const NAMESPACE = 'kube-public';
const NAME = 'cluster-info';
const SIGNATURE_PREFIX = 'jws-kubeconfig-';

/** Signs the public information of the cluster with every bootstrap token, so that whoever holds one can trust it. */
export function createBootstrapSigner(context: ControllerContext): Runnable {
  const secrets = context.informers.of(Secrets);
  const configMaps = context.informers.of(ConfigMaps);
  const isClusterInfo = ({ metadata }: ConfigMap) => metadata?.namespace === NAMESPACE && metadata.name === NAME;
  return new Controller('bootstrap-signer', context)
    .watches(ConfigMaps, (configMap) => (isClusterInfo(configMap) ? [NAME] : []))
    .watches(Secrets, (secret) => (isTokenSecret(secret) ? [NAME] : []))
    .reconciles(async () => {
      const configMap = configMaps.store.get(NAME, NAMESPACE);
      const data = configMap?.data;
      if (configMap === undefined || data?.['kubeconfig'] === undefined) return;
      const now = context.clock.now();
      const tokens = secrets.store.list().flatMap((secret) => readToken(secret) ?? []);
      const signed = signatures(
        data['kubeconfig'],
        tokens.filter(({ signs, expires }) => signs && expires > now),
      );
      const others = Object.entries(data).filter(([key]) => !key.startsWith(SIGNATURE_PREFIX));
      const wanted = { ...Object.fromEntries(others), ...signed };
      if (!deepEqual(wanted, data)) await context.client.of(ConfigMaps).update({ ...configMap, data: wanted });
    });
}

/** A signature for each token, by its key in the config map. */
export const signatures = (content: string, tokens: readonly BootstrapToken[]): Record<string, string> =>
  Object.fromEntries(tokens.map((token) => [`${SIGNATURE_PREFIX}${token.id}`, detachedSignature(content, token)]));

/** A JSON web signature without its content, which the reader has. */
function detachedSignature(content: string, { id, secret }: BootstrapToken): string {
  const header = base64url(JSON.stringify({ alg: 'HS256', kid: id }));
  const signature = createHmac('sha256', secret)
    .update(`${header}.${base64url(content)}`)
    .digest('base64url');
  return `${header}..${signature}`;
}

const base64url = (text: string) => Buffer.from(text).toString('base64url');
