import { afterEach, expect, test } from 'vitest';
import { StatefulSets } from '#api/apps/v1/stateful-set.ts';
import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import { Cluster } from './cluster.ts';
import { VirtualClock } from './virtual-clock.ts';

let cluster: Cluster;
afterEach(() => cluster.stop());
const namespace = 'default';

test('a StatefulSet with claims runs, and its volumes go when their claims do', async () => {
  cluster = await Cluster.start({ clock: new VirtualClock(), seed: 1, simulatedNodes: 2 });
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const container = { name: 'c', image: 'x', volumeMounts: [{ name: 'data', mountPath: '/data' }] };
  await cluster.client.of(StatefulSets).create({
    metadata: { name: 'db', namespace },
    spec: {
      replicas: 2,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [container] } },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
    },
  } as never);
  await cluster.advance(30_000);
  const { status } = await cluster.client.of(StatefulSets).get('db', { namespace });
  expect(status?.readyReplicas).toBe(2);
  const claims = (await cluster.client.of(PersistentVolumeClaims).list({ namespace })).items;
  expect(claims.map((each) => [each.metadata?.name, each.spec?.storageClassName, each.status?.phase])).toEqual([
    ['data-db-0', 'standard', 'Bound'],
    ['data-db-1', 'standard', 'Bound'],
  ]);
  await cluster.client.of(StatefulSets).delete('db', { namespace });
  for (const { metadata } of claims)
    await cluster.client.of(PersistentVolumeClaims).delete(metadata?.name ?? '', { namespace });
  await cluster.advance(60_000);
  expect((await cluster.client.of(PersistentVolumes).list({})).items).toEqual([]);
});

test.each([[false], [['persistentvolume-binder-controller']]])(
  'a cluster that runs the controllers %j has no storage class',
  async (controllers) => {
    cluster = await Cluster.start({ controllers });
    expect((await cluster.client.of(StorageClasses).list({})).items).toEqual([]);
  },
);
