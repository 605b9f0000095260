import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startJsonServer } from '#apiserver/authentication/testing/json-server.ts';
import { type SecureServer, startSecureServer } from '#apiserver/authentication/testing/secure-server.ts';
import { silentLogger } from '#base/logger.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
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
  running = accessReload?.run({ apiServer: server.apiServer, clock, logger: silentLogger }, stopping.signal);
});
afterAll(async () => {
  stopping.abort();
  await running;
  await Promise.all([server.stop(), issuer.stop(), webhook.stop(), rm(directory, { recursive: true })]);
});

const who = async () => (await server.whoAmI(headers)) as { readonly username: string };
const listing = async () => (await server.call(PODS, { identity: null, headers })).code;

/** Lets the files be looked at until one of a kind was read as often as said. */
async function until(kind: string, status: string, times: number): Promise<void> {
  const line = `apiserver_${kind}_config_controller_automatic_reloads_total{status="${status}"} ${times}\n`;
  await waitFor(async () => {
    clock.advance(10_000);
    return (await server.call('/metrics')).bytes.toString().includes(line);
  });
}

test('issuers and webhooks are those of the files as they are now', async () => {
  expect([(await who()).username, await listing()]).toEqual(['first:ann', 403]);

  await write('issuers', issuers('second:'));
  await until('authentication', 'success', 1);
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
