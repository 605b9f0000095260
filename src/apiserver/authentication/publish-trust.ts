import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import type { Client } from '#client/client.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isAlreadyExists, isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { REQUEST_HEADER_DEFAULTS, type RequestHeaderOptions } from './request-header.ts';

const NAMESPACE = 'kube-system';
const NAME = 'extension-apiserver-authentication';

/** Whom this server trusts. */
export interface Trust {
  /** PEM of the authority that signs client certificates. */
  readonly clientCa: string;
  readonly requestHeader?: RequestHeaderOptions | undefined;
}

/** Tells API servers behind this one whom it trusts, in the config map where they look for it. */
export async function publishTrust(client: Client, trust: Trust): Promise<void> {
  const maps = client.of(ConfigMaps);
  const wanted = trustData(trust);
  try {
    const found = await maps.get(NAME, { namespace: NAMESPACE });
    const data = { ...found.data, ...wanted };
    if (!deepEqual(data, found.data)) await maps.update({ ...found, data });
  } catch (error) {
    // Another API server over the same store does the same.
    if (isConflict(error)) return;
    if (!isNotFound(error)) throw error;
    await create(client, { metadata: { name: NAME, namespace: NAMESPACE }, data: wanted });
  }
}

async function create(client: Client, configMap: ConfigMap): Promise<void> {
  await ignoring(isAlreadyExists, client.of(ConfigMaps).create(configMap));
}

function trustData({ clientCa, requestHeader }: Trust): Record<string, string> {
  if (requestHeader === undefined) return { 'client-ca-file': clientCa };
  const options = { ...REQUEST_HEADER_DEFAULTS, allowedNames: [], ...requestHeader };
  return {
    'client-ca-file': clientCa,
    'requestheader-allowed-names': JSON.stringify(options.allowedNames),
    'requestheader-client-ca-file': options.ca,
    'requestheader-extra-headers-prefix': JSON.stringify(options.extraHeaderPrefixes),
    'requestheader-group-headers': JSON.stringify(options.groupHeaders),
    'requestheader-uid-headers': JSON.stringify(options.uidHeaders),
    'requestheader-username-headers': JSON.stringify(options.usernameHeaders),
  };
}
