import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { ensureDefaultStorageClass } from './default-storage-class.ts';
import { createHostPathProvisioner } from './host-path-provisioner.ts';

let root: string;
let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'knarr-volumes-'));
  const controllers = [
    'persistentvolume-binder-controller',
    'persistentvolume-expander-controller',
    'persistentvolume-protection-controller',
    'persistentvolumeclaim-protection-controller',
  ];
  cluster = await Cluster.start({
    controllers,
    controllersOptions: { volumeProvisioner: createHostPathProvisioner(root) },
    scheduler: false,
  });
});
afterAll(async () => {
  await cluster.stop();
  await rm(root, { recursive: true });
});

const claims = () => cluster.client.of(PersistentVolumeClaims);
const claim = (name: string, storage = '1Gi') => ({
  metadata: { name, namespace },
  spec: { accessModes: ['ReadWriteOnce' as const], resources: { requests: { storage } } },
});
const bound = (name: string) =>
  waitFor(async () => {
    const found = await claims().get(name, { namespace });
    return found.status?.phase === 'Bound' && found;
  });

test('a claim that was there before the default class gets it, a directory is made, and goes with the claim', async () => {
  await claims().create(claim('data'));
  await waitFor(async () => (await eventsOf('data')).some((text) => text.startsWith('FailedBinding')));
  await ensureDefaultStorageClass(cluster.client);
  await ensureDefaultStorageClass(cluster.client);
  const { spec, status, metadata } = await bound('data');
  expect([spec?.storageClassName, status?.capacity, status?.accessModes]).toEqual([
    'standard',
    { storage: '1Gi' },
    ['ReadWriteOnce'],
  ]);
  expect(metadata?.annotations).toEqual({
    'pv.kubernetes.io/bind-completed': 'yes',
    'pv.kubernetes.io/bound-by-controller': 'yes',
    'volume.beta.kubernetes.io/storage-provisioner': 'knarr.dev/host-path',
    'volume.kubernetes.io/storage-provisioner': 'knarr.dev/host-path',
  });
  const name = `pvc-${metadata?.uid}`;
  expect(spec?.volumeName).toBe(name);
  const volume = await cluster.client.of(PersistentVolumes).get(name);
  expect(volume.spec?.hostPath).toEqual({ path: join(root, name), type: 'DirectoryOrCreate' });
  expect(volume.status?.phase).toBe('Bound');
  expect((await stat(join(root, name))).mode & 0o777).toBe(0o777);
  await waitFor(async () =>
    (await eventsOf('data')).includes(
      `ProvisioningSucceeded Successfully provisioned volume ${name} using knarr.dev/host-path`,
    ),
  );

  await writeFile(join(root, name, 'file'), 'kept until the claim goes');
  await claims().delete('data', { namespace });
  await waitFor(async () => (await cluster.client.of(PersistentVolumes).list()).items.length === 0);
  await expect(stat(join(root, name))).rejects.toThrow('ENOENT');
});

test('a claim that asks for more gets it', async () => {
  await claims().create(claim('growing'));
  await bound('growing');
  await claims().patch('growing', mergePatch({ spec: { resources: { requests: { storage: '3Gi' } } } }), { namespace });
  await waitFor(async () => (await bound('growing')).status?.capacity?.['storage'] === '3Gi');
  const { spec } = await cluster.client.of(PersistentVolumes).get((await bound('growing')).spec?.volumeName ?? '');
  expect(spec?.capacity).toEqual({ storage: '3Gi' });
});

test('only what was made here is removed', async () => {
  const provisioner = createHostPathProvisioner(root);
  const volume = { metadata: { name: 'pvc-1' }, spec: { hostPath: { path: '/etc' } } } as PersistentVolume;
  await expect(provisioner.remove(volume)).rejects.toThrow(`remove volume pvc-1: /etc is not below ${root}`);
});

test('a volume of one machine among several stays with its node', async () => {
  const [here, there] = ['here', 'there'].map((node) => createHostPathProvisioner(root, { node }));
  const storageClass = { metadata: { name: 'standard' }, provisioner: 'knarr.dev/host-path' };
  const spec = await here?.provision('pvc-2', { claim: claim('data'), storageClass });
  const matchExpressions = [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['here'] }];
  expect(spec?.nodeAffinity).toEqual({ required: { nodeSelectorTerms: [{ matchExpressions }] } });
  const volume = { metadata: { name: 'pvc-2' }, spec } as PersistentVolume;
  await expect(there?.remove(volume)).rejects.toThrow('remove volume pvc-2: it lies on node here');
  await here?.remove(volume);
  await expect(stat(join(root, 'pvc-2'))).rejects.toThrow('ENOENT');
});

const eventsOf = async (name: string) => {
  const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: `involvedObject.name=${name}` });
  return items.map(({ reason, message }) => `${reason} ${message}`);
};
