import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type CSINode, CSINodes } from '#api/storage/v1/csi-node.ts';
import { type StorageClass, StorageClasses } from '#api/storage/v1/storage-class.ts';
import { type VolumeAttachment, VolumeAttachments } from '#api/storage/v1/volume-attachment.ts';
import { InformerFactory } from '#client/informer-factory.ts';
import { jsonPatch, mergePatch } from '#client/options.ts';
import { createSchedulerComponent } from '#cluster/scheduler-component.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { Harness, makeNode, makePod } from './testing/harness.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false, disableAdmissionPlugins: ['ServiceAccount'] });
  cluster.run(createSchedulerComponent(cluster.environment));
  for (const name of ['a', 'b']) {
    const capacity = { cpu: '4', memory: '8Gi', pods: '110' };
    const labels = { 'kubernetes.io/hostname': name };
    const nodes = cluster.client.of(Nodes);
    await nodes.create({ metadata: { name, labels }, spec: {}, status: { capacity, allocatable: capacity } } as Node);
    await nodes.patch(name, jsonPatch([{ op: 'replace', path: '/spec/taints', value: [] }]));
  }
  const local = { provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' };
  await cluster.client.of(StorageClasses).create({ metadata: { name: 'local' }, ...local } as StorageClass);
  const made = { provisioner: 'example.com/disk', volumeBindingMode: 'WaitForFirstConsumer' };
  await cluster.client.of(StorageClasses).create({ metadata: { name: 'made' }, ...made } as StorageClass);
});
afterAll(() => cluster.stop());

const namespace = 'default';
const addPod = (name: string, claimName: string) =>
  cluster.client.of(Pods).create({
    metadata: { name, namespace },
    spec: {
      containers: [{ name: 'c', image: 'x' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    },
  } as Pod);

const addClaim = (name: string, storageClassName: string, accessModes = ['ReadWriteOnce']) =>
  cluster.client.of(PersistentVolumeClaims).create({
    metadata: { name, namespace },
    spec: { storageClassName, accessModes, resources: { requests: { storage: '1Gi' } } },
  } as PersistentVolumeClaim);

const addLocalVolume = (name: string, nodeName: string, storage: string) =>
  cluster.client.of(PersistentVolumes).create({
    metadata: { name },
    spec: {
      storageClassName: 'local',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage },
      local: { path: '/data' },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [nodeName] }] },
          ],
        },
      },
    },
    status: { phase: 'Available' },
  } as PersistentVolume);

/** What binds a claim to its volume elsewhere. */
const bind = (name: string, volumeName: string) =>
  cluster.client
    .of(PersistentVolumeClaims)
    .patch(
      name,
      mergePatch({ metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }, spec: { volumeName } }),
      { namespace },
    );

const podOf = (name: string) => cluster.client.of(Pods).get(name, { namespace });
const messageOf = async (name: string) =>
  (await podOf(name)).status?.conditions?.find((condition) => condition.type === 'PodScheduled')?.message;
const TAIL =
  'no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.';

test('a pod waits for its claim to be there and to be bound', async () => {
  await addPod('early', 'later');
  await waitFor(() => messageOf('early'));
  expect(await messageOf('early')).toBe(`0/2 nodes are available: persistentvolumeclaim "later" not found. ${TAIL}`);
  await addClaim('later', '');
  await waitFor(async () => (await messageOf('early'))?.includes('unbound'));
  expect(await messageOf('early')).toBe(
    `0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. ${TAIL}`,
  );
  await cluster.client.of(Pods).delete('early', { namespace });
});

test('a claim that waits for its consumer gets the smallest volume that will do, and the pod its node', async () => {
  await addClaim('waiting', 'local');
  await addPod('consumer', 'waiting');
  await waitFor(() => messageOf('consumer'));
  expect(await messageOf('consumer')).toBe(
    `0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind. ${TAIL}`,
  );
  await addLocalVolume('large', 'a', '10Gi');
  const volumes = cluster.client.of(PersistentVolumes);
  await volumes.patch('large', mergePatch({ status: { phase: 'Available' } }), { subresource: 'status' });
  await waitFor(async () => (await volumes.get('large')).spec?.claimRef);
  expect((await volumes.get('large')).spec?.claimRef).toMatchObject({ name: 'waiting', namespace });
  await bind('waiting', 'large');
  await waitFor(async () => (await podOf('consumer')).spec?.nodeName === 'a');
});

test('whoever makes volumes is told the node, and the pod follows once the volume is there', async () => {
  await addClaim('made', 'made');
  await addPod('provisioned', 'made');
  const claims = cluster.client.of(PersistentVolumeClaims);
  const node = await waitFor(
    async () => (await claims.get('made', { namespace })).metadata?.annotations?.['volume.kubernetes.io/selected-node'],
  );
  expect((await podOf('provisioned')).spec?.nodeName).toBeUndefined();
  await bind('made', 'large');
  await waitFor(async () => (await podOf('provisioned')).spec?.nodeName === node);
});

test('a claim for one pod is not given to a second', async () => {
  await addClaim('alone', 'local', ['ReadWriteOncePod']);
  await bind('alone', 'large');
  await addPod('first', 'alone');
  await waitFor(async () => (await podOf('first')).spec?.nodeName);
  await addPod('second', 'alone');
  await waitFor(() => messageOf('second'));
  expect(await messageOf('second')).toBe(
    '0/2 nodes are available: 2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode ' +
      'already in-use by another pod. no new claims to deallocate, preemption: 0/2 nodes are available: ' +
      '2 No preemption victims found for incoming pod.',
  );
});

test('a node takes as many volumes as its drivers attach: those of pods, those attached otherwise, and migrated ones', async () => {
  const { client } = cluster;
  const driver = 'ebs.csi.aws.com';
  const csiNode = (name: string, count: number, migrated?: string) =>
    client.of(CSINodes).create({
      metadata: {
        name,
        ...(migrated ? { annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': migrated } } : {}),
      },
      spec: { drivers: [{ name: driver, nodeID: name, allocatable: { count } }] },
    } as CSINode);
  await csiNode('full', 1);
  await csiNode('attached', 1);
  await csiNode('roomy', 2);
  await csiNode('migrated', 1, 'kubernetes.io/aws-ebs');
  const addVolume = async (name: string, source: object) => {
    const more = { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, ...source };
    await client.of(PersistentVolumes).create({ metadata: { name }, spec: more } as PersistentVolume);
    await addClaim(`of-${name}`, '');
    await bind(`of-${name}`, name);
  };
  for (const name of ['one', 'two', 'other']) await addVolume(name, { csi: { driver, volumeHandle: name } });
  for (const volumeID of ['old', 'older']) await addVolume(volumeID, { awsElasticBlockStore: { volumeID } });
  await client.of(VolumeAttachments).create({
    metadata: { name: 'va' },
    spec: { attacher: driver, nodeName: 'attached', source: { persistentVolumeName: 'other' } },
  } as VolumeAttachment);

  const informers = new InformerFactory(client);
  const harness = new Harness(client, { plugins: [{ name: 'NodeVolumeLimits' }] }, informers);
  const stop = new AbortController();
  informers.start(stop.signal);
  await informers.synced();
  const mounting = (name: string, claim: string) =>
    makePod(name, { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: `of-${claim}` } }] } });
  for (const name of ['full', 'attached', 'roomy', 'migrated']) harness.state.setNode(makeNode(name));
  harness.place(mounting('first', 'one'), 'full');
  harness.place(mounting('second', 'one'), 'roomy');
  harness.place(mounting('third', 'old'), 'migrated');
  const nodesFor = (claim: string) => Object.keys(harness.judge(mounting('asked', claim)));
  expect([nodesFor('one'), nodesFor('two'), nodesFor('older')]).toEqual([
    ['full', 'roomy'],
    ['roomy'],
    ['full', 'attached', 'roomy'],
  ]);
  stop.abort();
});
