import { compactVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { type Secret, Secrets } from '#api/core/v1/secret.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { readToken } from './bootstrap-secret.ts';

const HOUR = 3_600_000;
const clock = new VirtualClock();
let cluster: Cluster;
beforeAll(async () => {
  const controllers = ['bootstrap-signer-controller', 'token-cleaner-controller'];
  cluster = await Cluster.start({ clock, scheduler: false, controllers });
});
afterAll(() => cluster.stop());

const token = (id: string, data: Readonly<Record<string, string>>): Secret => ({
  metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
  type: 'bootstrap.kubernetes.io/token',
  data: Object.fromEntries(
    Object.entries({ 'token-id': id, 'token-secret': '0123456789abcdef', ...data }).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64'),
    ]),
  ),
});
const at = (time: number) => new Date(time).toISOString();

test('a token is read from its secret, and nothing else is one', () => {
  const good = token('abcdef', { 'usage-bootstrap-signing': 'true', expiration: '2030-01-01T00:00:00Z' });
  expect(readToken(good)).toEqual({
    id: 'abcdef',
    secret: '0123456789abcdef',
    expires: Date.UTC(2030, 0, 1),
    signs: true,
  });
  expect(readToken({ ...good, type: 'Opaque' })).toBeUndefined();
  expect(readToken({ ...good, metadata: { ...good.metadata, name: 'bootstrap-token-uvwxyz' } })).toBeUndefined();
  expect(readToken(token('abcdef', { expiration: 'soon' }))?.expires).toBe(0);
});

test('an expired token goes, another stays', async () => {
  const secrets = cluster.client.of(Secrets);
  await secrets.create(token('aaaaaa', { expiration: at(clock.now() + HOUR) }));
  await secrets.create(token('bbbbbb', {}));
  await waitFor(async () => {
    clock.advance(HOUR);
    return !(await secrets.list({ namespace: 'kube-system' })).items.some(
      ({ metadata }) => metadata?.name === 'bootstrap-token-aaaaaa',
    );
  });
  expect(await secrets.get('bootstrap-token-bbbbbb', { namespace: 'kube-system' })).toBeDefined();
});

test('the cluster’s public information is signed with each token that may, as long as there is one', async () => {
  const maps = cluster.client.of(ConfigMaps);
  const secrets = cluster.client.of(Secrets);
  const kubeconfig = 'apiVersion: v1\nkind: Config\n';
  await maps.create({
    metadata: { name: 'cluster-info', namespace: 'kube-public' },
    data: { kubeconfig, 'jws-kubeconfig-zzzzzz': 'of a token that is gone' },
  } as ConfigMap);
  await secrets.create(token('cccccc', { 'usage-bootstrap-signing': 'true' }));
  const read = async () => (await maps.get('cluster-info', { namespace: 'kube-public' })).data ?? {};
  const data = await waitFor(async () => {
    // A write that collides is tried again when its time has come.
    clock.advance(1000);
    const now = await read();
    return now['jws-kubeconfig-cccccc'] && !now['jws-kubeconfig-zzzzzz'] ? now : undefined;
  });
  expect(Object.keys(data).sort()).toEqual(['jws-kubeconfig-cccccc', 'kubeconfig']);
  const [header, , signature] = (data['jws-kubeconfig-cccccc'] as string).split('.');
  const whole = `${header}.${Buffer.from(kubeconfig).toString('base64url')}.${signature}`;
  const verified = await compactVerify(whole, Buffer.from('0123456789abcdef'));
  expect(verified.protectedHeader).toEqual({ alg: 'HS256', kid: 'cccccc' });
  await secrets.delete('bootstrap-token-cccccc', { namespace: 'kube-system' });
  await waitFor(async () => (await read())['jws-kubeconfig-cccccc'] === undefined);
});
