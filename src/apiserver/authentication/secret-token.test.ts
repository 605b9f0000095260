import { afterAll, beforeAll, expect, test } from 'vitest';
import { Secrets } from '#api/core/v1/secret.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { type SecureServer, startSecureServer } from './testing/secure-server.ts';

const NAMESPACE = 'default';
const clock = new VirtualClock(Date.parse('2026-03-01T12:00:00Z'));
let server: SecureServer;
let uid: string;
beforeAll(async () => {
  server = await startSecureServer({ clock });
  const accounts = server.admin.of(ServiceAccounts);
  uid = (await accounts.create({ metadata: { name: 'robot', namespace: NAMESPACE } })).metadata?.uid ?? '';
});
afterAll(() => server.stop());

/** A secret with a token; its labels and version after each use of it. */
async function secretToken(name: string, labels: Readonly<Record<string, string>> = {}) {
  const secrets = server.admin.of(Secrets);
  const account = { name: 'robot', uid };
  const token = await server.apiServer.signForSecret({ namespace: NAMESPACE, secret: name, account });
  const data = { token: Buffer.from(token).toString('base64') };
  await secrets.create({ metadata: { name, namespace: NAMESPACE, labels }, data, immutable: true });
  return async () => {
    const user = await server.whoAmI({ authorization: `Bearer ${token}` });
    const { metadata } = await secrets.get(name, { namespace: NAMESPACE });
    return { user: user.username ?? user, labels: metadata?.labels, version: metadata?.resourceVersion };
  };
}

test('a secret tells the day on which its token was used last, and is written once a day', async () => {
  const use = await secretToken('used', { mine: 'stays' });
  const first = await use();
  expect(first).toMatchObject({
    user: 'system:serviceaccount:default:robot',
    labels: { mine: 'stays', 'kubernetes.io/legacy-token-last-used': '2026-03-01' },
  });
  clock.advance(11 * 3_600_000);
  expect(await use()).toEqual(first);
  clock.advance(3_600_000);
  expect((await use()).labels).toEqual({ mine: 'stays', 'kubernetes.io/legacy-token-last-used': '2026-03-02' });
});

test('a day that another server is in already is let be', async () => {
  const labels = { 'kubernetes.io/legacy-token-last-used': '2026-03-03' };
  expect((await (await secretToken('ahead', labels))()).labels).toEqual(labels);
});

test('a token that was marked invalid lets nobody in, and its use is told', async () => {
  const invalid = { 'kubernetes.io/legacy-token-invalid-since': '2026-02-01' };
  expect(await (await secretToken('marked', invalid))()).toMatchObject({
    user: '401 Unauthorized',
    labels: { ...invalid, 'kubernetes.io/legacy-token-last-used': '2026-03-02' },
  });
});
