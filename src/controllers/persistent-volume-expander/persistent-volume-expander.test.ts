import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  const controllers = ['persistentvolume-binder-controller', 'persistentvolume-expander-controller'];
  const volumeProvisioner = {
    name: 'example.com/disks',
    provision: async () => ({ hostPath: { path: '/disk' } }),
    remove: async () => {},
  };
  cluster = await Cluster.start({ controllers, controllersOptions: { volumeProvisioner }, scheduler: false });
  const { name: provisioner } = volumeProvisioner;
  const growing = { metadata: { name: 'growing' }, provisioner, allowVolumeExpansion: true };
  await cluster.client.of(StorageClasses).create(growing as never);
});
afterAll(() => cluster.stop());

const claims = () => cluster.client.of(PersistentVolumeClaims);
const asking = (storage: string) => ({ spec: { resources: { requests: { storage } } } });
const untilEach = (names: readonly string[], done: (claim: PersistentVolumeClaim) => boolean) =>
  waitFor(async () => {
    const { items } = await claims().list({ namespace });
    return items.filter((claim) => names.includes(claim.metadata?.name ?? '') && done(claim)).length === names.length;
  });

test('volumes grow with their claims, and each is told of once', async () => {
  const names = Array.from({ length: 10 }, (_, at) => `data-${at}`);
  for (const name of names) {
    const spec = { ...asking('1Gi').spec, accessModes: ['ReadWriteOnce'], storageClassName: 'growing' };
    await claims().create({ metadata: { name, namespace }, spec });
  }
  await untilEach(names, ({ status }) => status?.phase === 'Bound');
  await Promise.all(names.map((name) => claims().patch(name, mergePatch(asking('2Gi')), { namespace })));
  await untilEach(names, ({ status }) => status?.capacity?.['storage'] === '2Gi');
  const { items } = await cluster.client.of(PersistentVolumes).list();
  expect(new Set(items.map(({ spec }) => spec?.capacity?.['storage']))).toEqual(new Set(['2Gi']));
  const told = await waitFor(async () => {
    const { items: events } = await cluster.client.of(Events).list({ namespace });
    const grown = events.filter(({ reason }) => reason === 'VolumeResizeSuccessful');
    return grown.length === names.length && grown;
  });
  expect(told.map(({ count }) => count)).toEqual(names.map(() => 1));
});
