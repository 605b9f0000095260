import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { CSIDrivers } from '#api/storage/v1/csi-driver.ts';
import { VolumeAttachments } from '#api/storage/v1/volume-attachment.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { attachmentName } from './attach-detach-controller.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  const controllers = ['attach-detach', 'binder'].map((each) => `persistentvolume-${each}-controller`);
  cluster = await Cluster.start({ controllers: [...controllers, 'serviceaccount-controller'], scheduler: false });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
  for (const name of ['node-1', 'node-2']) await cluster.client.of(Nodes).create({ metadata: { name } });
  await cluster.client
    .of(CSIDrivers)
    .create({ metadata: { name: 'local.example.com' }, spec: { attachRequired: false } });
});
afterAll(() => cluster.stop());

async function makeVolume(name: string, driver = 'disks.example.com'): Promise<void> {
  await cluster.client.of(PersistentVolumes).create({
    metadata: { name },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: name,
      csi: { driver, volumeHandle: `handle-${name}` },
    },
  } as PersistentVolume);
  await cluster.client.of(PersistentVolumeClaims).create({
    metadata: { name, namespace },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: name },
  });
}
const createPod = (name: string, claimName: string, nodeName: string) =>
  cluster.client.of(Pods).create({
    metadata: { name, namespace },
    spec: {
      nodeName,
      containers: [{ name: 'main', image: 'web:1' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    },
  } as Pod);
const removePod = (name: string) => cluster.client.of(Pods).delete(name, { namespace, gracePeriodSeconds: 0 });
const attachments = () => cluster.client.of(VolumeAttachments);
const named = async () =>
  (await attachments().list()).items.map(({ spec }) => `${spec.source.persistentVolumeName} ${spec.nodeName}`).sort();
const until = (want: readonly string[]) =>
  waitFor(async () => {
    expect(await named()).toEqual(want);
    return true;
  });
const eventsOf = async (name: string) => {
  const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: `involvedObject.name=${name}` });
  return items.map(({ reason, message, source }) => `${source?.component} ${reason} ${message}`);
};

test('a volume is attached where its pod is, and detached once the node has given it up', async () => {
  await makeVolume('disk');
  await createPod('web', 'disk', 'node-1');
  await until(['disk node-1']);
  const name = attachmentName({ driver: 'disks.example.com', handle: 'handle-disk' }, 'node-1');
  const attachment = await attachments().get(name);
  expect(attachment.spec).toEqual({
    attacher: 'disks.example.com',
    nodeName: 'node-1',
    source: { persistentVolumeName: 'disk' },
  });
  const unique = 'kubernetes.io/csi/disks.example.com^handle-disk';
  await attachments().updateStatus({ ...attachment, status: { attached: true } });
  await waitFor(async () => {
    const { status } = await cluster.client.of(Nodes).get('node-1');
    expect(status?.volumesAttached).toEqual([{ name: unique, devicePath: '' }]);
    return true;
  });
  await waitFor(async () =>
    (await eventsOf('web')).includes(
      'attachdetach-controller SuccessfulAttachVolume AttachVolume.Attach succeeded for volume "disk" ',
    ),
  );
  const inUse = (volumesInUse: readonly string[] | null) =>
    cluster.client.of(Nodes).patch('node-1', mergePatch({ status: { volumesInUse } }), { subresource: 'status' });
  await inUse([unique]);
  await removePod('web');

  // The same volume is wanted elsewhere, while the first node still has it.
  await createPod('moved', 'disk', 'node-2');
  await waitFor(async () =>
    (await eventsOf('moved')).includes(
      `attachdetach-controller FailedAttachVolume Multi-Attach error for volume "disk" Volume is already exclusively attached to one node and can't be attached to another`,
    ),
  );
  expect(await named()).toEqual(['disk node-1']);
  await inUse(null);
  await until(['disk node-2']);
  await waitFor(async () => (await cluster.client.of(Nodes).get('node-1')).status?.volumesAttached === undefined);
});

test('what a driver says when it cannot is told to the pod, and drivers that do not attach are not asked', async () => {
  await makeVolume('broken');
  await makeVolume('local', 'local.example.com');
  await createPod('simple', 'local', 'node-1');
  await createPod('failing', 'broken', 'node-1');
  const attachment = await waitFor(async () =>
    (await attachments().list()).items.find(({ spec }) => spec.source.persistentVolumeName === 'broken'),
  );
  const status = { attached: false, attachError: { message: 'no such disk' } };
  await attachments().updateStatus({ ...attachment, status });
  await waitFor(async () =>
    (await eventsOf('failing')).includes(
      'attachdetach-controller FailedAttachVolume AttachVolume.Attach failed for volume "broken" : no such disk',
    ),
  );
  expect((await named()).some((text) => text.startsWith('local'))).toBe(false);
});
