import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  const controllers = ['binder', 'protection'].map((each) => `persistentvolume-${each}-controller`);
  controllers.push('persistentvolumeclaim-protection-controller');
  cluster = await Cluster.start({ controllers, scheduler: false });
});
afterAll(() => cluster.stop());

const volumes = () => cluster.client.of(PersistentVolumes);
const claims = () => cluster.client.of(PersistentVolumeClaims);
/** Each test has a class of its own, so that none takes another's volumes. */
const volume = (name: string, storageClassName: string, spec: object = {}): PersistentVolume =>
  ({
    metadata: { name },
    spec: {
      capacity: { storage: '5Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName,
      hostPath: { path: '/data' },
      ...spec,
    },
  }) as PersistentVolume;
const claim = (name: string, storageClassName: string): PersistentVolumeClaim => ({
  metadata: { name, namespace },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName },
});
const phaseOf = async (name: string) => (await volumes().get(name)).status?.phase;
const untilClaim = (name: string, phase: string) =>
  waitFor(async () => {
    const found = await claims().get(name, { namespace });
    return found.status?.phase === phase && found;
  });
const untilVolume = (name: string, phase: string) => waitFor(async () => (await phaseOf(name)) === phase);
const eventsOf = async (name: string) => {
  const { items } = await cluster.client.of(Events).list({ fieldSelector: `involvedObject.name=${name}` });
  return items.map(({ type, reason, message, source }) => `${source?.component} ${type} ${reason} ${message}`);
};

test('a claim and a volume find each other whoever comes first, and a kept volume is released', async () => {
  await claims().create(claim('early', 'kept'));
  await volumes().create(volume('kept', 'kept'));
  const bound = await untilClaim('early', 'Bound');
  expect([bound.spec?.volumeName, bound.status?.capacity]).toEqual(['kept', { storage: '5Gi' }]);
  const found = await volumes().get('kept');
  expect(found.spec?.claimRef).toMatchObject({
    kind: 'PersistentVolumeClaim',
    name: 'early',
    uid: bound.metadata?.uid,
  });
  expect(found.status).toMatchObject({ phase: 'Bound', lastPhaseTransitionTime: expect.any(String) });
  await claims().delete('early', { namespace });
  await untilVolume('kept', 'Released');
  await claims().create(claim('early', 'kept'));
  await waitFor(async () => (await eventsOf('early')).length > 0);
  expect([await phaseOf('kept'), (await claims().get('early', { namespace })).status?.phase]).toEqual([
    'Released',
    'Pending',
  ]);
  await volumes().patch('kept', mergePatch({ spec: { claimRef: null } }));
  await untilClaim('early', 'Bound');
});

test('of many claims each gets a volume of its own', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  await Promise.all([
    ...names.map((name) => claims().create(claim(`many-${name}`, 'many'))),
    ...names.map((name) => volumes().create(volume(`many-${name}`, 'many'))),
  ]);
  const bound = await Promise.all(names.map((name) => untilClaim(`many-${name}`, 'Bound')));
  expect(bound.map(({ spec }) => spec?.volumeName).sort()).toEqual(names.map((name) => `many-${name}`));
});

test('a reserved volume waits for its claim', async () => {
  await volumes().create(volume('reserved', 'reserve', { claimRef: { namespace, name: 'owner' } }));
  await untilVolume('reserved', 'Available');
  await claims().create(claim('owner', 'reserve'));
  expect((await untilClaim('owner', 'Bound')).spec?.volumeName).toBe('reserved');
});

test('volumes that cannot be recycled or deleted fail and say why', async () => {
  for (const policy of ['Recycle', 'Delete']) {
    const name = policy.toLowerCase();
    await volumes().create(volume(name, name, { persistentVolumeReclaimPolicy: policy }));
    await claims().create(claim(name, name));
    await untilClaim(name, 'Bound');
    await claims().delete(name, { namespace });
    await untilVolume(name, 'Failed');
  }
  await waitFor(async () => (await eventsOf('delete')).length > 0);
  const from = 'persistentvolume-controller Warning';
  expect([await eventsOf('recycle'), await eventsOf('delete')]).toEqual([
    [`${from} VolumeFailedRecycle No recycler plugin found for the volume!`],
    [
      `${from} VolumeFailedDelete failed to create deleter for volume "delete": host_path deleter only supports /tmp/.+ but received provided /data`,
    ],
  ]);
});

test('a claim of a provisioner outside is announced to it, and the volume that it makes is bound', async () => {
  await cluster.client.of(StorageClasses).create({ metadata: { name: 'outside' }, provisioner: 'example.com/disks' });
  await claims().create(claim('outside', 'outside'));
  const announced = await waitFor(async () => {
    const found = await claims().get('outside', { namespace });
    return found.metadata?.annotations && found;
  });
  expect(announced.metadata?.annotations).toEqual({
    'volume.beta.kubernetes.io/storage-provisioner': 'example.com/disks',
    'volume.kubernetes.io/storage-provisioner': 'example.com/disks',
  });
  await waitFor(async () => (await eventsOf('outside')).length === 1);
  expect(await eventsOf('outside')).toEqual([
    "persistentvolume-controller Normal ExternalProvisioning Waiting for a volume to be created either by the external provisioner 'example.com/disks' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
  ]);
  const { uid } = announced.metadata ?? {};
  const claimRef = { namespace, name: 'outside', uid };
  const made = volume('made', 'outside', { claimRef, persistentVolumeReclaimPolicy: 'Delete' });
  const annotations = { 'pv.kubernetes.io/provisioned-by': 'example.com/disks' };
  await volumes().create({ ...made, metadata: { ...made.metadata, annotations } });
  expect((await untilClaim('outside', 'Bound')).spec?.volumeName).toBe('made');
  await claims().delete('outside', { namespace });
  // Its provisioner deletes it.
  await untilVolume('made', 'Released');
});

test('a class that is not there is told of, and a bound claim without its volume is lost', async () => {
  await claims().create(claim('classless', 'nowhere'));
  await waitFor(async () => (await eventsOf('classless')).length > 0);
  expect(await eventsOf('classless')).toEqual([
    'persistentvolume-controller Warning ProvisioningFailed storageclass.storage.k8s.io "nowhere" not found',
  ]);
  await volumes().create(volume('lost', 'lost'));
  await claims().create(claim('lost', 'lost'));
  await untilClaim('lost', 'Bound');
  await volumes().delete('lost');
  // Somebody who does not want to wait until the claim is gone.
  await volumes().patch('lost', mergePatch({ metadata: { finalizers: null } }));
  const lost = await untilClaim('lost', 'Lost');
  expect(lost.status).toEqual({ phase: 'Lost' });
  await waitFor(async () =>
    (await eventsOf('lost')).includes(
      'persistentvolume-controller Warning ClaimLost Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    ),
  );
});
