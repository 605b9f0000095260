import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { ApiServer } from '#apiserver/api-server.ts';
import { serverIdentity } from '#apiserver/background/identity-lease.ts';
import type { HealthCheck } from '#apiserver/health.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { systemRandom } from '#base/random.ts';
import { DecryptionError, EncryptedStore } from '#storage/encryption/encrypted-store.ts';
import { readEncryptionConfiguration } from '#storage/encryption/encryption-configuration.ts';
import { KmsMetrics } from '#storage/encryption/kms/kms-metrics.ts';
import { KmsProviders, type KmsProvidersOptions } from '#storage/encryption/kms/kms-providers.ts';
import { openEncryption } from '#storage/encryption/open-encryption.ts';
import { openLmdbStore } from '#storage/lmdb/lmdb-store.ts';
import type { Store } from '#storage/store.ts';
import { StoreOpenError } from '#storage/store-open-error.ts';
import { CommandError } from './command-error.ts';
import { type Credentials, ensureCredentials } from './credentials.ts';
import type { DataDirectory } from './data-directory.ts';
import { loadIssuerKey } from './issuer-key.ts';
import { reloadFiles } from './reload-files.ts';
import type { ServerConfiguration } from './server-configuration.ts';

export interface ServerOptions {
  readonly data: DataDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly nodeName: string;
  readonly host: string;
  readonly port: number;
  /** Further addresses to serve on, for pods. */
  readonly podHosts: readonly string[];
  readonly configuration: ServerConfiguration;
  /** Is given the store before anything else uses it. */
  readonly prepareStore?: (store: Store) => Promise<void>;
}

/** The API server of a data directory, listening. */
export interface RunningServer {
  readonly apiServer: ApiServer;
  readonly address: AddressInfo;
  readonly credentials: Credentials;
  close(): Promise<void>;
}

/** Opens the store, loads or makes the credentials, starts the API server and listens. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { data, clock, logger, nodeName, podHosts } = options;
  const metrics = new MetricRegistry();
  const serverId = serverIdentity(options.configuration.hostname ?? '');
  const services = { clock, logger, metrics: new KmsMetrics(metrics, { serverId, clock }) };
  const [{ engine, store }, credentials] = await Promise.all([
    openStore(data.path('store'), options, services),
    ensureCredentials(data, { clock, nodeName, hosts: podHosts }),
  ]);
  await options.prepareStore?.(store);
  const { encryption: _e, encryptionFile, shutdownDelayMs: _s, accessReload, ...operations } = options.configuration;
  const apiServer = await ApiServer.start({
    ...operations,
    store,
    engine,
    metrics,
    healthChecks: encryptionChecks(store, encryptionFile !== undefined),
    clock,
    random: systemRandom,
    logger,
    newUid: randomUUID,
    issuerKey: await loadIssuerKey(credentials.issuerKey),
  });
  const stopping = new AbortController();
  const files = [
    ...(accessReload?.filesFor(apiServer) ?? []),
    ...(encryptionFile && store instanceof EncryptedStore ? [encryptionReload(encryptionFile, store, services)] : []),
  ];
  const reloading = reloadFiles(files, { metrics, clock, logger, serverId }, stopping.signal);
  const close = async () => {
    stopping.abort();
    await reloading;
    await apiServer.close();
    await store.close();
  };
  try {
    const address = await listen(apiServer, options, credentials);
    return { apiServer, address, credentials, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Services that keep keys are told by one name; always where another configuration may bring some. */
const encryptionChecks = (store: Store, isReloaded: boolean): HealthCheck[] =>
  store instanceof EncryptedStore && (isReloaded || !store.services.isEmpty)
    ? [{ name: 'kms-providers', of: ['healthz', 'readyz'], check: () => store.services.check() }]
    : [];

/** Values are written with the new keys from then on; those that nobody writes stay as they are. */
export const encryptionReload = (
  { path, text }: { readonly path: string; readonly text: string },
  store: EncryptedStore,
  options: KmsProvidersOptions & { readonly clock: Clock },
) => ({
  kind: 'encryption',
  path,
  text: text as string | undefined,
  async change(changed: string) {
    const configuration = readEncryptionConfiguration(changed);
    const before = store.replace(configuration, await KmsProviders.open(configuration, options));
    // Calls that are under way end first.
    options.clock.setTimer(before.graceMs, () => before.close());
  },
});

async function openStore(directory: string, { logger, configuration }: ServerOptions, services: KmsProvidersOptions) {
  const engine = await openLmdbStore({ directory, logger }).catch((error) => {
    if (error instanceof StoreOpenError) throw new CommandError(error.message, { cause: error });
    throw error;
  });
  try {
    return { engine, store: await openEncryption(engine, configuration.encryption, services) };
  } catch (error) {
    await engine.close();
    if (error instanceof DecryptionError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

async function listen(apiServer: ApiServer, options: ServerOptions, credentials: Credentials): Promise<AddressInfo> {
  const { host, port, podHosts } = options;
  const tls = { key: credentials.server.key, cert: credentials.server.certificate };
  const on = (address: string, number: number) =>
    apiServer.listen({ host: address, port: number, tls, clientCa: credentials.ca }).catch((error) => {
      throw refusal(address, number, error);
    });
  const address = await on(host, port);
  await Promise.all(podHosts.map((podHost) => on(podHost, address.port)));
  return address;
}

function refusal(host: string, port: number, error: NodeJS.ErrnoException): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new CommandError(
        `listen on ${host}:${port}: port is in use; choose another with --api-port, or 0 for any free one`,
        { cause: error },
      );
    case 'EACCES':
      return new CommandError(`listen on ${host}:${port}: permission denied`, { cause: error });
    case 'EADDRNOTAVAIL':
      return new CommandError(`listen on ${host}:${port}: this machine has no such address`, { cause: error });
    default:
      return error;
  }
}
