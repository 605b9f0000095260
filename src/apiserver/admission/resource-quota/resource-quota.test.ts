import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type ResourceQuota, type ResourceQuotaSpec, ResourceQuotas } from '#api/core/v1/resource-quota.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
let count = 0;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: ['resourcequota-controller'], scheduler: false });
});
afterAll(() => cluster.stop());

/** A namespace with a quota that was counted. */
async function namespaceWith(spec: ResourceQuotaSpec): Promise<string> {
  const namespace = `n${count++}`;
  await cluster.client.of(Namespaces).create({ metadata: { name: namespace } });
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace } });
  await cluster.client.of(ResourceQuotas).create({ metadata: { name: 'q', namespace }, spec });
  await waitFor(async () => Object.keys((await used(namespace)) ?? {}).length === Object.keys(spec.hard ?? {}).length);
  return namespace;
}

const used = async (namespace: string): Promise<Readonly<Record<string, string>> | undefined> =>
  (await cluster.client.of(ResourceQuotas).get('q', { namespace })).status?.used;

const pod = (namespace: string, name: string, resources = {}, more: object = {}): Pod =>
  ({ metadata: { name, namespace }, spec: { containers: [{ name: 'c', image: 'x', resources }], ...more } }) as Pod;

const map = (namespace: string, name: string): ConfigMap => ({ metadata: { name, namespace } });

describe('a quota', () => {
  test('is charged when objects are made, and freed when they go', async () => {
    const namespace = await namespaceWith({ hard: { pods: '2', 'requests.cpu': '1', 'count/pods': '5' } });
    const pods = cluster.client.of(Pods);
    const a = await pods.create(pod(namespace, 'a', { requests: { cpu: '300m' } }));
    expect(a.metadata?.name).toBe('a');
    expect(await used(namespace)).toEqual({ pods: '1', 'requests.cpu': '300m', 'count/pods': '1' });
    await expect(pods.create(pod(namespace, 'b', { requests: { cpu: '800m' } }))).rejects.toMatchObject({
      code: 403,
      message:
        'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=800m, used: requests.cpu=300m, limited: requests.cpu=1',
    });
    await expect(pods.create(pod(namespace, 'c'))).rejects.toMatchObject({
      message: 'pods "c" is forbidden: failed quota: q: must specify requests.cpu for: c',
    });
    await pods.delete('a', { namespace, gracePeriodSeconds: 0 });
    await waitFor(async () => (await used(namespace))?.['count/pods'] === '0');
    expect(await used(namespace)).toEqual({ pods: '0', 'requests.cpu': '0', 'count/pods': '0' });
  });

  test('frees what a pod took when it ends', async () => {
    const namespace = await namespaceWith({ hard: { pods: '1', 'count/pods': '5' } });
    const pods = cluster.client.of(Pods);
    await pods.create(pod(namespace, 'a'));
    await pods.patch('a', mergePatch({ status: { phase: 'Succeeded' } }), { namespace, subresource: 'status' });
    await waitFor(async () => (await used(namespace))?.['pods'] === '0');
    expect(await used(namespace)).toEqual({ pods: '0', 'count/pods': '1' });
  });

  test('is not charged for dry runs, which it refuses as it would the real thing', async () => {
    const namespace = await namespaceWith({ hard: { configmaps: '1' } });
    const maps = cluster.client.of(ConfigMaps);
    await maps.create(map(namespace, 'a'), { dryRun: true });
    expect(await used(namespace)).toEqual({ configmaps: '0' });
    await maps.create(map(namespace, 'a'));
    await expect(maps.create(map(namespace, 'b'), { dryRun: true })).rejects.toMatchObject({
      message:
        'configmaps "b" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1',
    });
  });

  test('gets back what was charged for a write that failed', async () => {
    const namespace = await namespaceWith({ hard: { configmaps: '3' } });
    const maps = cluster.client.of(ConfigMaps);
    await maps.create(map(namespace, 'a'));
    await expect(maps.create(map(namespace, 'a'))).rejects.toMatchObject({ code: 409 });
    expect(await used(namespace)).toEqual({ configmaps: '1' });
  });

  test('is charged for what an update adds', async () => {
    const namespace = await namespaceWith({ hard: { services: '2', 'services.nodeports': '1' } });
    const services = cluster.client.of(Services);
    const service: Service = {
      metadata: { name: 's', namespace },
      spec: { ports: [{ port: 80 }], selector: { a: 'b' } },
    } as Service;
    await services.create(service);
    expect(await used(namespace)).toEqual({ services: '1', 'services.nodeports': '0' });
    await services.patch('s', mergePatch({ spec: { type: 'NodePort' } }), { namespace });
    expect(await used(namespace)).toEqual({ services: '1', 'services.nodeports': '1' });
    await services.patch('s', mergePatch({ spec: { type: 'ClusterIP' } }), { namespace });
    await waitFor(async () => (await used(namespace))?.['services.nodeports'] === '0');
  });

  test('follows its spec', async () => {
    const namespace = await namespaceWith({ hard: { configmaps: '1' } });
    const quotas = cluster.client.of(ResourceQuotas);
    await quotas.patch('q', mergePatch({ spec: { hard: { configmaps: '3', secrets: '1' } } }), { namespace });
    const status = await waitFor(async () => {
      const found = (await quotas.get('q', { namespace })).status;
      return found?.hard?.['secrets'] === '1' && found;
    });
    expect(status).toEqual({ hard: { configmaps: '3', secrets: '1' }, used: { configmaps: '0', secrets: '0' } });
  });

  test('counts only what is in its scopes', async () => {
    const namespace = await namespaceWith({ hard: { pods: '1' }, scopes: ['BestEffort'] });
    const pods = cluster.client.of(Pods);
    await pods.create(pod(namespace, 'burstable', { requests: { cpu: '1m' } }));
    expect(await used(namespace)).toEqual({ pods: '0' });
    await pods.create(pod(namespace, 'a'));
    await expect(pods.create(pod(namespace, 'b'))).rejects.toMatchObject({ code: 403 });
  });

  test('lets exactly one of two have the last place', async () => {
    const namespace = await namespaceWith({ hard: { configmaps: '1' } });
    const maps = cluster.client.of(ConfigMaps);
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((name) => maps.create(map(namespace, name))));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await used(namespace)).toEqual({ configmaps: '1' });
  });
});

test('whatever comes and goes at once, no more is there than a quota allows, and its status ends right', async () => {
  const step = fc.record({ name: fc.integer({ min: 0, max: 7 }), create: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 12 }), { maxLength: 6 }), async (waves) => {
      const namespace = await namespaceWith({ hard: { configmaps: '3' } });
      const maps = cluster.client.of(ConfigMaps);
      const seen: number[] = [];
      for (const wave of waves) {
        await Promise.allSettled(
          wave.map(({ name, create }) =>
            create ? maps.create(map(namespace, `m${name}`)) : maps.delete(`m${name}`, { namespace }),
          ),
        );
        seen.push((await maps.list({ namespace })).items.length);
      }
      expect(Math.max(0, ...seen)).toBeLessThanOrEqual(3);
      const left = String((await maps.list({ namespace })).items.length);
      await waitFor(async () => (await used(namespace))?.['configmaps'] === left);
    }),
    { numRuns: 25 },
  );
}, 60_000);

test('a quota that nobody has counted yet lets everything pass', async () => {
  const bare = await Cluster.start({ controllers: false, scheduler: false });
  const quota: ResourceQuota = { metadata: { name: 'q', namespace: 'default' }, spec: { hard: { configmaps: '0' } } };
  await bare.client.of(ResourceQuotas).create(quota);
  await bare.client.of(ConfigMaps).create(map('default', 'a'));
  await bare.stop();
});
