import { afterAll, beforeAll, expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { startJsonServer } from './testing/json-server.ts';
import { type SecureServer, startSecureServer } from './testing/secure-server.ts';
import { createWebhookTokenAuthenticator } from './webhook-token.ts';

interface Sent {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: { readonly token: string; readonly audiences: readonly string[] };
}

const clock = new VirtualClock(Date.now());
const asked: Sent[] = [];
let webhook: Awaited<ReturnType<typeof startJsonServer>>;
let server: SecureServer;

const answers: Readonly<Record<string, object>> = {
  good: { authenticated: true, user: { username: 'ann', uid: '1', groups: ['dev'], extra: { a: ['b'] } } },
  vault: { authenticated: true, user: { username: 'ann' }, audiences: ['vault'] },
  bad: { authenticated: false, error: 'never heard of it' },
};

beforeAll(async () => {
  webhook = await startJsonServer((_path, body) => {
    asked.push(body as Sent);
    const { spec } = body as Sent;
    return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status: answers[spec.token] ?? {} };
  });
  const tokenWebhook = { url: `${webhook.url}/review`, ca: webhook.ca };
  server = await startSecureServer({ clock, authentication: { tokenWebhook } });
});
afterAll(async () => {
  await server.stop();
  await webhook.stop();
});

const whoIs = (token: string) => server.whoAmI({ authorization: `Bearer ${token}` });

test('a webhook says whose token one is, and is believed for two minutes', async () => {
  const user = { username: 'ann', uid: '1', groups: ['dev', 'system:authenticated'], extra: { a: ['b'] } };
  expect([await whoIs('good'), await whoIs('good')]).toEqual([user, user]);
  expect(asked).toEqual([
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      metadata: {},
      spec: { token: 'good', audiences: ['https://kubernetes.default.svc.cluster.local'] },
    },
  ]);
  clock.advance(121_000);
  await whoIs('good');
  expect(asked).toHaveLength(2);
});

test('a token for others is none for the server', async () => {
  expect(await whoIs('vault')).toBe('401 Unauthorized');
  expect(await server.reviewToken('vault', ['vault'])).toMatchObject({ authenticated: true, audiences: ['vault'] });
});

test('what a webhook has against a token is told to those who review it', async () => {
  expect(await server.reviewToken('bad')).toEqual({
    user: {},
    error: '[invalid bearer token, never heard of it]',
  });
  expect(await server.reviewToken('unknown')).toEqual({ user: {}, error: 'invalid bearer token' });
});

test('older ones are asked as they know it', async () => {
  const options = { url: webhook.url, ca: webhook.ca, version: 'v1beta1' as const };
  asked.length = 0;
  const authenticator = createWebhookTokenAuthenticator(options, { clock, audiences: ['own'] });
  expect(await authenticator.authenticateToken('good', ['own'])).toMatchObject({ user: { name: 'ann' } });
  expect(asked).toMatchObject([{ apiVersion: 'authentication.k8s.io/v1beta1', kind: 'TokenReview' }]);
});
