import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { type CSIDriver, CSIDrivers } from '#api/storage/v1/csi-driver.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { labelsConflict } from './volume-labels.ts';

test.each<[string, string, boolean]>([
  ['u:r:t:s0', 'u:r:t:s0', false],
  [':::s0:c1,c2', ':::s0:c1,c3', true],
  [':::s0:c1,c2', '::t:', false],
  ['', ':::s0', false],
  ['u:::s0', 'v:::s0', true],
])('labels %j and %j conflict: %j', (a, b, expected) => {
  expect([labelsConflict(a, b), labelsConflict(b, a)]).toEqual([expected, expected]);
});

const namespace = 'default';
let cluster: Cluster;
beforeAll(async () => {
  const controllers = ['selinux-warning-controller', 'serviceaccount-controller'];
  cluster = await Cluster.start({ controllers, scheduler: false });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
  const { client } = cluster;
  await client.of(CSIDrivers).create({ metadata: { name: 'labels' }, spec: { seLinuxMount: true } } as CSIDriver);
  await client.of(CSIDrivers).create({ metadata: { name: 'plain' }, spec: {} } as CSIDriver);
  for (const driver of ['labels', 'plain']) {
    const common = { accessModes: ['ReadWriteMany'], storageClassName: '' };
    const claim = { metadata: { name: driver, namespace }, spec: { ...common, volumeName: driver } };
    const resources = { requests: { storage: '1Gi' } };
    const { metadata } = await client
      .of(PersistentVolumeClaims)
      .create({ ...claim, spec: { ...claim.spec, resources } } as PersistentVolumeClaim);
    const claimRef = { namespace, name: driver, uid: metadata?.uid };
    const csi = { driver, volumeHandle: driver };
    const spec = { ...common, capacity: { storage: '1Gi' }, csi, claimRef };
    await client.of(PersistentVolumes).create({ metadata: { name: driver }, spec } as unknown as PersistentVolume);
  }
});
afterAll(() => cluster.stop());

const addPod = (name: string, claimName: string, level: string, more: object = {}) =>
  cluster.client.of(Pods).create({
    metadata: { name, namespace },
    spec: {
      securityContext: { seLinuxOptions: { level }, ...more },
      containers: [{ name: 'c', image: 'x', volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }],
    },
  } as unknown as Pod);

/** What pods were told of, as soon as there is so much. */
const told = (count: number) =>
  waitFor(async () => {
    const { items } = await cluster.client.of(Events).list({ namespace });
    const texts = items.map(({ involvedObject, reason, message }) => `${involvedObject?.name}: ${reason}: ${message}`);
    return texts.length >= count && texts.sort();
  });

test('pods that want a volume with other labels, or in another way, are told of each other', async () => {
  await addPod('a', 'labels', 's0:c1,c2');
  await addPod('same', 'labels', 's0:c1,c2');
  // Whatever they say, such volumes are labelled file by file.
  await addPod('d', 'plain', 's0:c1,c2');
  await addPod('e', 'plain', 's0:c3,c4');
  await addPod('b', 'labels', 's0:c3,c4');
  const end = 'If both pods land on the same node, only one of them may access the volume.';
  const label = (name: string, own: string, other: string, others: string) =>
    `${name}: SELinuxLabelConflict: SELinux label ":::s0:${own}" conflicts with pod ${other} that uses the same volume as this pod with SELinux label ":::s0:${others}". ${end}`;
  const labels = [
    label('a', 'c1,c2', 'b', 'c3,c4'),
    label('b', 'c3,c4', 'a', 'c1,c2'),
    label('b', 'c3,c4', 'same', 'c1,c2'),
    label('same', 'c1,c2', 'b', 'c3,c4'),
  ];
  expect(await told(4)).toEqual(labels);
  for (const name of ['same', 'b']) await cluster.client.of(Pods).delete(name, { namespace, gracePeriodSeconds: 0 });
  await addPod('c', 'labels', 's0:c1,c2', { seLinuxChangePolicy: 'Recursive' });
  const policies = (await told(6)).filter((text) => text.includes('Policy'));
  expect(policies).toEqual([
    `a: SELinuxChangePolicyConflict: SELinuxChangePolicy "MountOption" conflicts with pod c that uses the same volume as this pod with SELinuxChangePolicy "Recursive". ${end}`,
    `c: SELinuxChangePolicyConflict: SELinuxChangePolicy "Recursive" conflicts with pod a that uses the same volume as this pod with SELinuxChangePolicy "MountOption". ${end}`,
  ]);
});
