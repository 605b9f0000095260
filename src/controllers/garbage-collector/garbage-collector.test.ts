import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { Events } from '#api/core/v1/event.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { Secrets } from '#api/core/v1/secret.ts';
import { mergePatch } from '#client/options.ts';
import type { Transport } from '#client/transport.ts';
import { createControllerManager } from '#cluster/controller-manager.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { withTransport } from '#testing/with-transport.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: ['garbage-collector-controller'], scheduler: false });
});
afterAll(() => cluster.stop());

const maps = () => cluster.client.of(ConfigMaps);
const owner = (name: string) => maps().create({ metadata: { name, namespace } });
const ownedBy = (name: string, ...owners: readonly ConfigMap[]) =>
  cluster.client.of(Secrets).create({
    metadata: {
      name,
      namespace,
      ownerReferences: owners.map(({ metadata }) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: metadata?.name ?? '',
        uid: metadata?.uid ?? '',
        blockOwnerDeletion: true,
      })),
    },
  });
const exists = (name: string) =>
  cluster.client
    .of(Secrets)
    .get(name, { namespace })
    .then(
      () => true,
      () => false,
    );
const ownerExists = (name: string) =>
  maps()
    .get(name, { namespace })
    .then(
      () => true,
      () => false,
    );

test('a dependent goes after its last owner', async () => {
  const [first, second] = [await owner('first'), await owner('second')];
  await ownedBy('of-two', first, second);
  await maps().delete('first', { namespace });
  await waitFor(async () => {
    const { metadata } = await cluster.client.of(Secrets).get('of-two', { namespace });
    return metadata?.ownerReferences?.length === 1;
  });
  await maps().delete('second', { namespace });
  await waitFor(async () => !(await exists('of-two')));
});

test('an owner deleted in the foreground waits for its dependents', async () => {
  const map = await owner('front');
  const secret = await ownedBy('held', map);
  const held = { ...secret, metadata: { ...secret.metadata, finalizers: ['example.com/hold'] } };
  const kept = await cluster.client.of(Secrets).update(held);
  await maps().delete('front', { namespace, propagationPolicy: 'Foreground' });
  const leaving = await waitFor(async () => {
    const found = await cluster.client.of(Secrets).get('held', { namespace });
    return found.metadata?.deletionTimestamp !== undefined && found;
  });
  expect(await ownerExists('front')).toBe(true);
  await cluster.client.of(Secrets).update({ ...kept, metadata: { ...leaving.metadata, finalizers: [] } });
  await waitFor(async () => !(await ownerExists('front')));
});

test('dependents of an owner that orphans them stay without it', async () => {
  const map = await owner('leaver');
  await ownedBy('left', map);
  await waitFor(() => exists('left'));
  await maps().delete('leaver', { namespace, propagationPolicy: 'Orphan' });
  await waitFor(async () => !(await ownerExists('leaver')));
  const { metadata } = await cluster.client.of(Secrets).get('left', { namespace });
  expect(metadata?.ownerReferences ?? []).toEqual([]);
});

test('an owner of the same name made later does not count, and none of another namespace does', async () => {
  const map = await owner('same');
  await maps().delete('same', { namespace });
  await owner('same');
  await ownedBy('of-former', map);
  await waitFor(async () => !(await exists('of-former')));
  await cluster.client.of(Namespaces).create({ metadata: { name: 'other' } });
  const foreign = await maps().create({ metadata: { name: 'foreign', namespace: 'other' } });
  await ownedBy('of-foreign', foreign);
  await waitFor(async () => !(await exists('of-foreign')));
  const [event] = await waitFor(async () => {
    const fieldSelector = 'reason=OwnerRefInvalidNamespace';
    const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector });
    return items.length > 0 && items;
  });
  const reference = `[v1/ConfigMap, namespace: default, name: foreign, uid: ${foreign.metadata?.uid}]`;
  expect([event?.involvedObject.name, event?.message]).toEqual([
    'of-foreign',
    `ownerRef ${reference} does not exist in namespace "default"`,
  ]);
});

test('what is in no namespace cannot be owned by what is in one, and stays', async () => {
  const map = await owner('inside');
  const { uid = '', name = '' } = map.metadata ?? {};
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid }];
  await cluster.client.of(Namespaces).create({ metadata: { name: 'outside', ownerReferences } });
  const events = async () => {
    const fieldSelector = 'reason=OwnerRefInvalidNamespace,involvedObject.kind=Namespace';
    return (await cluster.client.of(Events).list({ namespace, fieldSelector })).items;
  };
  await waitFor(async () => (await events()).length > 0);
  const { metadata } = await cluster.client.of(Namespaces).get('outside');
  expect(metadata?.deletionTimestamp).toBeUndefined();
});

test('what is written all the time is deleted all the same, unless its owners change', async () => {
  const busy = await Cluster.start({ controllers: false, scheduler: false });
  const secrets = busy.client.of(Secrets);
  let deletions = 0;
  /** Somebody is always faster than who deletes; the first time with a new owner. */
  const overtaken = (transport: Transport): Transport => ({
    async request(request) {
      if (request.verb !== 'delete' || request.name !== 'busy') return transport.request(request);
      const ownerReferences = deletions === 0 ? { ownerReferences: [absent('former'), absent('other')] } : {};
      deletions++;
      await secrets.patch('busy', mergePatch({ metadata: { labels: { at: `${deletions}` }, ...ownerReferences } }), {
        namespace,
      });
      return transport.request(request);
    },
    watch: (...watch) => transport.watch(...watch),
    close: () => transport.close(),
  });
  const absent = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: name });
  try {
    await secrets.create({ metadata: { name: 'busy', namespace, ownerReferences: [absent('former')] } });
    busy.run(
      createControllerManager(withTransport(busy.environment, overtaken), { only: ['garbage-collector-controller'] }),
    );
    await waitFor(async () => (await secrets.list({ namespace })).items.length === 0);
    expect(deletions).toBe(3);
  } finally {
    await busy.stop();
  }
});
