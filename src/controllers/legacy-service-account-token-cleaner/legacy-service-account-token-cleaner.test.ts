import { expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { type Secret, Secrets } from '#api/core/v1/secret.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { unusedTokens } from './unused-tokens.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-03-01T12:00:00Z');
const at = { namespace: 'default' };
const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';

const secretOf = (name: string, labels: Readonly<Record<string, string>> = {}, account = 'robot'): Secret => ({
  metadata: { name, ...at, labels, annotations: { 'kubernetes.io/service-account.name': account } },
  type: 'kubernetes.io/service-account-token',
});
const old = (secret: Secret): Secret => ({
  ...secret,
  metadata: { ...secret.metadata, creationTimestamp: '2025-01-01T00:00:00Z' },
});

test('of a token that goes unused it depends on what is known of it whether it is marked, goes or stays', () => {
  const account = { metadata: { name: 'robot', uid: 'u' }, secrets: [{ name: 'made' }, { name: 'mounted' }] };
  const fate = (secret: Secret) => {
    const { invalidate, remove } = unusedTokens({
      secrets: [secret],
      account: (_namespace, name) => (name === 'robot' ? account : undefined),
      needed: () => new Set(['mounted']),
      now: NOW,
      periodMs: 365 * DAY_MS,
    });
    return invalidate.length > 0 ? 'marked' : remove.length > 0 ? 'goes' : 'stays';
  };
  const withUid = (uid: string) => {
    const secret = old(secretOf('made'));
    const annotations = { ...secret.metadata?.annotations, 'kubernetes.io/service-account.uid': uid };
    return { ...secret, metadata: { ...secret.metadata, annotations } };
  };
  const cases: readonly (readonly [string, Secret, string])[] = [
    ['never used', old(secretOf('made')), 'marked'],
    ['used long ago', old(secretOf('made', { [LAST_USED]: '2025-02-28' })), 'marked'],
    ['used within the period', old(secretOf('made', { [LAST_USED]: '2025-03-01' })), 'stays'],
    ['used at a time nobody can read', old(secretOf('made', { [LAST_USED]: 'once' })), 'stays'],
    ['marked at a time nobody can read', old(secretOf('made', { [INVALID_SINCE]: 'once' })), 'marked'],
    ['marked within the period', old(secretOf('made', { [INVALID_SINCE]: '2025-03-01' })), 'stays'],
    ['marked long ago', old(secretOf('made', { [INVALID_SINCE]: '2025-02-28' })), 'goes'],
    ['asked for by somebody', old(secretOf('asked')), 'stays'],
    ['needed by a pod', old(secretOf('mounted')), 'stays'],
    ['of nobody', old(secretOf('made', {}, 'nobody')), 'stays'],
    ['of this account', withUid('u'), 'marked'],
    ['of an earlier account of that name', withUid('v'), 'stays'],
    ['of another type', { ...old(secretOf('made')), type: 'Opaque' }, 'stays'],
    [
      'young',
      { ...secretOf('made'), metadata: { ...secretOf('made').metadata, creationTimestamp: '2025-03-01T12:00:00Z' } },
      'stays',
    ],
  ];
  expect(cases.map(([what, secret]) => [what, fate(secret)])).toEqual(cases.map(([what, , end]) => [what, end]));
});

test('an unused token is marked after a period, and goes after another', async () => {
  const clock = new VirtualClock(NOW);
  const cluster = await Cluster.start({
    clock,
    scheduler: false,
    controllers: ['legacy-serviceaccount-token-cleaner-controller'],
    controllersOptions: { legacyTokenCleanUpPeriodMs: 3 * DAY_MS },
  });
  const { client } = cluster;
  const tracking = await waitFor(async () =>
    (await client.of(ConfigMaps).list({ namespace: 'kube-system' })).items.find(({ data }) => data?.['since']),
  );
  expect([tracking.metadata?.name, tracking.data]).toEqual([
    'kube-apiserver-legacy-service-account-token-tracking',
    { since: '2026-03-01' },
  ]);
  const secrets = client.of(Secrets);
  const names = ['made', 'used', 'mounted'];
  await client
    .of(ServiceAccounts)
    .create({ metadata: { name: 'robot', ...at }, secrets: names.map((name) => ({ name })) });
  for (const name of names) await secrets.create(secretOf(name));
  const volumes = [{ name: 'token', secret: { secretName: 'mounted' } }];
  await client.of(Pods).create({
    metadata: { name: 'web', ...at },
    spec: { volumes, serviceAccountName: 'robot', containers: [{ name: 'a', image: 'a' }] },
  });
  const labels = async () =>
    Object.fromEntries((await secrets.list(at)).items.map(({ metadata }) => [metadata?.name, metadata?.labels]));

  // Hour by hour, so that what is seen keeps up with what is written.
  const pass = async (days: number) => {
    for (let hour = 0; hour < 24 * days; hour++) {
      clock.advance(DAY_MS / 24);
      for (let round = 0; round < 5; round++) await new Promise<void>((resolve) => setImmediate(resolve));
    }
  };
  await pass(3);
  await secrets.patch('used', mergePatch({ metadata: { labels: { [LAST_USED]: '2026-03-04' } } }), at);
  await pass(1);
  await waitFor(async () => (await labels())['made']);
  expect(await labels()).toEqual({
    made: { [INVALID_SINCE]: '2026-03-05' },
    mounted: undefined,
    used: { [LAST_USED]: '2026-03-04' },
  });
  await secrets.patch('used', mergePatch({ metadata: { labels: { [LAST_USED]: '2027-01-01' } } }), at);
  await pass(4);
  await waitFor(async () => !('made' in (await labels())));
  expect(Object.keys(await labels())).toEqual(['mounted', 'used']);
  await cluster.stop();
});
