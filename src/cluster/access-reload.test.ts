import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startJsonServer } from '#apiserver/authentication/testing/json-server.ts';
import { type SecureServer, startSecureServer } from '#apiserver/authentication/testing/secure-server.ts';
import { silentLogger } from '#base/logger.ts';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { EncryptedStore } from '#storage/encryption/encrypted-store.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { readInClusterTarget } from './in-cluster-target.ts';
import { reloadFiles } from './reload-files.ts';
import { encryptionReload } from './server.ts';
import { readServerConfiguration } from './server-configuration.ts';

const GROUP = 'apiserver.config.k8s.io/v1';
const PODS = '/api/v1/namespaces/default/pods';
const clock = new VirtualClock(Date.now());
const stopping = new AbortController();
let directory: string;
let issuer: Awaited<ReturnType<typeof startJsonServer>>;
let webhook: Awaited<ReturnType<typeof startJsonServer>>;
let server: SecureServer;
let headers: { readonly authorization: string };
let running: Promise<void> | undefined;

/** As editors and mounted volumes do it: the file is never half written. */
async function write(name: string, content: object): Promise<string> {
  const path = join(directory, name);
  await writeFile(`${path}.new`, JSON.stringify(content));
  await rename(`${path}.new`, path);
  return path;
}

const issuers = (prefix: string, anonymous = false) => ({
  apiVersion: GROUP,
  kind: 'AuthenticationConfiguration',
  jwt: [
    {
      issuer: { url: issuer.url, audiences: ['knarr'], certificateAuthority: issuer.ca },
      claimMappings: { username: { claim: 'sub', prefix } },
    },
  ],
  anonymous: { enabled: anonymous },
});

const authorizers = (path: string | undefined, ...types: string[]) => ({
  apiVersion: GROUP,
  kind: 'AuthorizationConfiguration',
  authorizers: [
    ...types.map((type) => ({ type, name: type.toLowerCase() })),
    ...(path
      ? [
          {
            type: 'Webhook',
            name: 'hook',
            webhook: {
              authorizedTTL: '5m',
              unauthorizedTTL: '30s',
              timeout: '3s',
              subjectAccessReviewVersion: 'v1',
              failurePolicy: 'NoOpinion',
              connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: path },
            },
          },
        ]
      : []),
  ],
});

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'knarr-reload-'));
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  issuer = await startJsonServer((path) =>
    path === '/keys' ? { keys: [jwk] } : { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
  );
  webhook = await startJsonServer(() => ({ status: { allowed: true, reason: 'who asks is let in' } }));
  const token = await new SignJWT({ iss: issuer.url, aud: 'knarr', sub: 'ann' })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setExpirationTime(Math.floor(clock.now() / 1000) + 24 * 3600)
    .sign(privateKey);
  headers = { authorization: `Bearer ${token}` };
  const flags = {
    authenticationConfig: await write('issuers', issuers('first:')),
    authorizationConfig: await write('authorizers', authorizers(undefined, 'Node', 'RBAC')),
  };
  const configuration = await readServerConfiguration(flags, { clock, logger: silentLogger });
  const { authentication, authorization, accessReload } = configuration;
  server = await startSecureServer({ clock, authentication, authorization });
  const options = { apiServer: server.apiServer, clock, logger: silentLogger, serverId: 'apiserver-one' };
  running = accessReload?.run(options, stopping.signal);
});
afterAll(async () => {
  stopping.abort();
  await running;
  await Promise.all([server.stop(), issuer.stop(), webhook.stop(), rm(directory, { recursive: true })]);
});

const hashOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const who = async () => (await server.whoAmI(headers)) as { readonly username: string };
const listing = async () => (await server.call(PODS, { identity: null, headers })).code;

/** Lets the files be looked at until one of a kind was read as often as said. */
async function until(kind: string, status: string, times: number): Promise<void> {
  const labels = `status="${status}",apiserver_id_hash="${hashOf('apiserver-one')}"`;
  const line = `apiserver_${kind}_config_controller_automatic_reloads_total{${labels}} ${times}\n`;
  await waitFor(async () => {
    clock.advance(10_000);
    return (await server.call('/metrics')).bytes.toString().includes(line);
  });
}

test('issuers and webhooks are those of the files as they are now', async () => {
  expect([(await who()).username, await listing()]).toEqual(['first:ann', 403]);

  await write('issuers', issuers('second:'));
  await until('authentication', 'success', 1);
  const [, hash] = /authentication_config_controller_last_config_info{.*,hash="(.*)"} 1/.exec(
    (await server.call('/metrics')).bytes.toString(),
  ) as RegExpExecArray;
  expect(hash).toBe(hashOf(JSON.stringify(issuers('second:'))));
  expect((await who()).username).toBe('second:ann');

  const cluster = {
    server: webhook.url,
    'certificate-authority-data': Buffer.from(webhook.ca).toString('base64'),
  };
  const hook = await write('hook', { apiVersion: 'v1', kind: 'Config', clusters: [{ name: 'a', cluster }] });
  await write('authorizers', authorizers(hook, 'RBAC', 'Node'));
  await until('authorization', 'success', 1);
  expect(await listing()).toBe(200);
});

test('a file that is wrong, or changes what cannot change, changes nothing', async () => {
  await write('issuers', { ...issuers('third:'), jwt: [{}] });
  await until('authentication', 'failure', 1);
  await write('issuers', issuers('third:', true));
  await until('authentication', 'failure', 2);
  await write('authorizers', authorizers(undefined, 'RBAC'));
  await until('authorization', 'failure', 1);
  expect([(await who()).username, await listing()]).toEqual(['second:ann', 200]);
});

test('who runs in a cluster asks its server', async () => {
  const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  await writeFile(join(directory, 'token'), 'secret\n');
  await expect(readInClusterTarget({ environment, directory })).rejects.toThrow('ca.crt');
  await writeFile(join(directory, 'ca.crt'), 'PEM');
  expect(await readInClusterTarget({ environment, directory })).toEqual({
    url: 'https://[fd00::1]:443',
    token: 'secret',
    ca: 'PEM',
  });
  await expect(readInClusterTarget({ environment: {} })).rejects.toThrow(
    'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
  );
});

test('keys are those of the file as it is now', async () => {
  const keys = (...names: string[]) => ({
    apiVersion: GROUP,
    kind: 'EncryptionConfiguration',
    resources: [
      {
        resources: ['secrets'],
        providers: [
          { secretbox: { keys: names.map((name) => ({ name, secret: Buffer.alloc(32, name).toString('base64') })) } },
          { identity: {} },
        ],
      },
    ],
  });
  const path = await write('keys', keys('one'));
  const flags = { encryptionConfig: path, encryptionConfigAutomaticReload: true };
  const { encryption, encryptionFile } = await readServerConfiguration(flags, { clock, logger: silentLogger });
  expect(encryptionFile).toEqual({ path, text: JSON.stringify(keys('one')) });
  const inner = createMemoryStore();
  const store = new EncryptedStore(inner, encryption!);
  const stop = new AbortController();
  const metrics = new MetricRegistry();
  const options = { clock, metrics, logger: silentLogger, serverId: 'apiserver-one' };
  const watching = reloadFiles(
    [encryptionReload(encryptionFile!, store, { clock, logger: silentLogger })],
    options,
    stop.signal,
  );
  const value = new TextEncoder().encode('plain');
  const key = '/secrets/shop/a';
  await store.put(key, value);
  const stored = async () =>
    Buffer.from((await inner.get(key))?.value ?? [])
      .toString('latin1')
      .slice(0, 25);
  expect([await stored(), store.isStale(key, value)]).toEqual(['k8s:enc:secretbox:v1:one:', false]);

  await write('keys', keys('two', 'one'));
  await waitFor(() => {
    clock.advance(10_000);
    return store.isStale(key, value);
  });
  await store.put(key, value);
  expect([await stored(), store.isStale(key, value)]).toEqual(['k8s:enc:secretbox:v1:two:', false]);
  await write('keys', keys());
  await waitFor(() => {
    clock.advance(10_000);
    return /encryption_config_controller_automatic_reloads_total{status="failure",.*} 1/.test(metrics.render());
  });
  await store.put(key, value);
  expect(await stored()).toBe('k8s:enc:secretbox:v1:two:');
  stop.abort();
  await watching;
});
