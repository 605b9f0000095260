import { afterEach, beforeEach, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { PriorityClasses } from '#api/scheduling/v1/priority-class.ts';
import { type StorageClass, StorageClasses } from '#api/storage/v1/storage-class.ts';
import { jsonPatch, mergePatch } from '#client/options.ts';
import { createSchedulerComponent } from '#cluster/scheduler-component.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

const namespace = 'default';
let cluster: Cluster;
const pods = () => cluster.client.of(Pods);

/** One node, and a pod that holds most of it while it waits for a volume that nobody makes. */
beforeEach(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false, disableAdmissionPlugins: ['ServiceAccount'] });
  cluster.run(createSchedulerComponent(cluster.environment));
  const capacity = { cpu: '1', memory: '8Gi', pods: '110' };
  const nodes = cluster.client.of(Nodes);
  await nodes.create({ metadata: { name: 'n' }, spec: {}, status: { capacity, allocatable: capacity } } as Node);
  await nodes.patch('n', jsonPatch([{ op: 'replace', path: '/spec/taints', value: [] }]));
  await cluster.client.of(StorageClasses).create({
    metadata: { name: 'made' },
    provisioner: 'example.com/disk',
    volumeBindingMode: 'WaitForFirstConsumer',
  } as StorageClass);
  await cluster.client.of(PriorityClasses).create({ metadata: { name: 'high' }, value: 10 });
  await cluster.client
    .of(PriorityClasses)
    .create({ metadata: { name: 'polite' }, value: 10, preemptionPolicy: 'Never' });
  await cluster.client.of(PersistentVolumeClaims).create({
    metadata: { name: 'claim', namespace },
    spec: { storageClassName: 'made', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  } as PersistentVolumeClaim);
});
afterEach(() => cluster.stop());

const addPod = (name: string, spec: Partial<NonNullable<Pod['spec']>>, finalizers: readonly string[] = []) =>
  pods().create({
    metadata: { name, namespace, finalizers },
    spec: { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '800m' } } }], ...spec },
  } as Pod);

async function addHolder(finalizers: readonly string[] = []): Promise<void> {
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'claim' } }];
  await addPod('holder', { volumes }, finalizers);
  await waitFor(async () => (await pods().get('holder', { namespace })).status?.nominatedNodeName);
}

const isRefused = async (name: string) =>
  (await pods().get(name, { namespace })).status?.conditions?.some(({ reason }) => reason === 'Unschedulable');
const isPlaced = async (name: string) => (await pods().get(name, { namespace })).spec?.nodeName === 'n';

test('a pod that is removed before it is bound leaves its room to all that wait', async () => {
  await addHolder();
  await addPod('next', { priorityClassName: 'polite' });
  await waitFor(() => isRefused('next'));
  await pods().delete('holder', { namespace });
  await waitFor(() => isPlaced('next'));
});

test('so does one that is only about to be removed', async () => {
  await addHolder(['example.com/keep']);
  await addPod('next', { priorityClassName: 'polite' });
  await waitFor(() => isRefused('next'));
  await pods().delete('holder', { namespace });
  await waitFor(() => isPlaced('next'));
  expect((await pods().get('holder', { namespace })).spec?.nodeName).toBeUndefined();
});

test('a pod that is not bound yet gives way without being removed', async () => {
  await addHolder();
  const high = await addPod('high', { priorityClassName: 'high' });
  await waitFor(() => isPlaced('high'));
  const holder = await pods().get('holder', { namespace });
  expect(holder.metadata?.deletionTimestamp).toBeUndefined();
  expect(holder.status?.conditions?.map(({ type }) => type)).toEqual(['PodScheduled']);
  const text = `Preempted by pod ${high.metadata?.uid} on node n (in kube-scheduler memory).`;
  await waitFor(async () => (await cluster.client.of(Events).list()).items.some(({ message }) => message === text));
  await waitFor(() => isRefused('holder'));
});

test('a pod that is resized while it waits to be bound is tried as it is when that fails', async () => {
  const claims = cluster.client.of(PersistentVolumeClaims);
  const selected = 'volume.kubernetes.io/selected-node';
  const isExpected = async () => (await claims.get('claim', { namespace })).metadata?.annotations?.[selected] === 'n';
  await addHolder();
  await waitFor(isExpected);
  await addPod('next', { priorityClassName: 'polite' });
  await waitFor(() => isRefused('next'));
  const smaller = [{ op: 'replace', path: '/spec/containers/0/resources/requests/cpu', value: '100m' }] as const;
  await pods().patch('holder', jsonPatch(smaller), { namespace, subresource: 'resize' });
  await claims.patch('claim', mergePatch({ metadata: { annotations: { [selected]: null } } }), { namespace });
  await waitFor(() => isPlaced('next'));
  await waitFor(isExpected);
});
