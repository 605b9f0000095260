import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deployment, Deployments } from '#api/apps/v1/deployment.ts';
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { mergePatch } from '#client/options.ts';
import type { WatchEvent } from '#client/transport.ts';
import { Cluster } from '#testing/cluster.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

const configMap = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  metadata: { name, namespace: 'default' },
  data,
});

test('a new cluster has its namespaces and its roles', async () => {
  const names = (await cluster.client.of(Namespaces).list()).items.map((each) => each.metadata?.name);
  expect(names).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  expect((await cluster.client.of(ClusterRoles).list()).items.length).toBeGreaterThan(50);
});

test('an object goes through create, get, update, patch, list and delete', async () => {
  const maps = cluster.client.of(ConfigMaps);
  const created = await maps.create(configMap('life', { a: '1' }));
  expect(created).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { a: '1' } });
  expect(await maps.get('life', { namespace: 'default' })).toEqual(created);
  const updated = await maps.update({ ...created, data: { a: '2' } });
  expect(Number(updated.metadata?.resourceVersion)).toBeGreaterThan(Number(created.metadata?.resourceVersion));
  await expect(maps.update({ ...created, data: { a: '3' } })).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
  const patched = await maps.patch('life', mergePatch({ data: { b: 'x' } }), { namespace: 'default' });
  expect(patched.data).toEqual({ a: '2', b: 'x' });
  const list = await maps.list({ namespace: 'default', fieldSelector: 'metadata.name=life' });
  expect(list.items).toEqual([patched]);
  expect(await maps.delete('life', { namespace: 'default' })).toMatchObject({ kind: 'Status', status: 'Success' });
  await expect(maps.get('life', { namespace: 'default' })).rejects.toMatchObject({
    message: 'configmaps "life" not found',
    code: 404,
  });
});

test('a watch shows every change once, in order', async () => {
  const maps = cluster.client.of(ConfigMaps);
  const seen: string[] = [];
  const controller = new AbortController();
  const done = maps.watch(
    { namespace: 'default', labelSelector: 'watch=yes' },
    (events: readonly WatchEvent<ConfigMap>[]) => {
      for (const { type, object } of events) seen.push(`${type} ${object.metadata?.name} ${object.data?.['n'] ?? ''}`);
      if (seen.length >= 4) controller.abort();
    },
    controller.signal,
  );
  const labels = { watch: 'yes' };
  const one = await maps.create({
    ...configMap('watched', { n: '1' }),
    metadata: { name: 'watched', namespace: 'default', labels },
  });
  await maps.create(configMap('unwatched'));
  await maps.update({ ...one, data: { n: '2' } });
  await maps.patch('watched', mergePatch({ metadata: { labels: { watch: 'no' } } }), { namespace: 'default' });
  await maps.patch('watched', mergePatch({ metadata: { labels: { watch: 'yes' } }, data: { n: '3' } }), {
    namespace: 'default',
  });
  await done;
  expect(seen).toEqual(['ADDED watched 1', 'MODIFIED watched 2', 'DELETED watched 2', 'ADDED watched 3']);
});

test('a paged list stays at its revision', async () => {
  const maps = cluster.client.of(ConfigMaps);
  for (const name of ['p1', 'p2', 'p3', 'p4']) await maps.create({ metadata: { name, namespace: 'kube-public' } });
  const first = await maps.list({ namespace: 'kube-public', limit: 2 });
  expect(first.metadata.remainingItemCount).toBe(2);
  await maps.delete('p3', { namespace: 'kube-public' });
  const second = await maps.list({ namespace: 'kube-public', limit: 2, continue: first.metadata.continue as string });
  expect(second.items.map((each) => each.metadata?.name)).toEqual(['p3', 'p4']);
});

test('a pod gets its service account, tolerations and token volume', async () => {
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
  const pod = await cluster.client.of(Pods).create({
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'web', image: 'busybox' }] },
  } as Pod);
  expect(pod.spec?.serviceAccountName).toBe('default');
  expect(pod.spec?.tolerations).toHaveLength(2);
  expect(pod.spec?.containers[0]?.volumeMounts?.[0]?.mountPath).toBe('/var/run/secrets/kubernetes.io/serviceaccount');
});

test('the scale of a deployment can be read and changed', async () => {
  const deployments = cluster.client.of(Deployments);
  const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'x', image: 'x' }] } };
  await deployments.create({
    metadata: { name: 'scaled', namespace: 'default' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'x' } }, template },
  } as Deployment);
  const scaled = await deployments.patch('scaled', mergePatch({ spec: { replicas: 5 } }), {
    namespace: 'default',
    subresource: 'scale',
  });
  expect(scaled).toMatchObject({ kind: 'Scale', spec: { replicas: 5 }, status: { selector: 'app=x' } });
  expect((await deployments.get('scaled', { namespace: 'default' })).metadata?.generation).toBe(2);
});

test('somebody without rights is refused in upstream’s words', async () => {
  const maps = cluster.clientFor({ name: 'eve', groups: [] }).of(ConfigMaps);
  await expect(maps.list({ namespace: 'default' })).rejects.toMatchObject({
    code: 403,
    message:
      'configmaps is forbidden: User "eve" cannot list resource "configmaps" in API group "" in the namespace "default"',
  });
});
