import { afterEach, beforeEach, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { PriorityClasses } from '#api/scheduling/v1/priority-class.ts';
import { type PodGroup, PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import { jsonPatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';

const NAMESPACE = 'default';
let cluster: Cluster;

beforeEach(async () => {
  const featureGates = ['GenericWorkload', 'GangScheduling'];
  cluster = await Cluster.start({ controllers: false, featureGates, clock: new VirtualClock(), seed: 1 });
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace: NAMESPACE } });
});

afterEach(() => cluster.stop());

async function addNode(name: string, cpu: string) {
  const capacity = { cpu, memory: '8Gi', pods: '110' };
  const nodes = cluster.client.of(Nodes);
  await nodes.create({ metadata: { name }, spec: {}, status: { capacity, allocatable: capacity } } as Node);
  // Admission taints new nodes until the node lifecycle controller has seen them.
  await nodes.patch(name, jsonPatch([{ op: 'replace', path: '/spec/taints', value: [] }]));
}

const addGroup = (schedulingPolicy: object) =>
  cluster.client
    .of(PodGroups)
    .create({ metadata: { name: 'ring', namespace: NAMESPACE }, spec: { schedulingPolicy } } as PodGroup);

const addPod = (name: string, spec: Partial<NonNullable<Pod['spec']>> = {}) =>
  cluster.client.of(Pods).create({
    metadata: { name, namespace: NAMESPACE },
    spec: {
      containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '1' } } }],
      schedulingGroup: { podGroupName: 'ring' },
      ...spec,
    },
  } as Pod);

/** The nodes of all pods by their names, after so long. */
async function after(seconds: number): Promise<Record<string, string>> {
  await cluster.advance(seconds * 1000);
  const { items } = await cluster.client.of(Pods).list();
  return Object.fromEntries(items.map(({ metadata, spec }) => [metadata?.name, spec?.nodeName ?? '']));
}

async function groupCondition() {
  const { status } = await cluster.client.of(PodGroups).get('ring', { namespace: NAMESPACE });
  return status?.conditions?.map(({ type, status: value, reason, message }) => [type, value, reason, message]);
}

async function whyNot(name: string): Promise<string | undefined> {
  const { status } = await cluster.client.of(Pods).get(name, { namespace: NAMESPACE });
  return status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
}

/** What is told of a pod that would fit if the others of its gang did. */
const fits = (name: string) =>
  `pod group is unschedulable, one or more plugins asked to wait and no plugin rejected pod "${name}"`;

test('pods of a gang wait for their group, and for each other', async () => {
  await addNode('n', '4');
  await addPod('a');
  await addPod('b');
  expect(await after(30)).toEqual({ a: '', b: '' });
  await addGroup({ gang: { minCount: 3 } });
  expect(await after(30)).toEqual({ a: '', b: '' });
  expect((await cluster.client.of(Events).list()).items).toEqual([]);
  await addPod('c');
  expect(await after(1)).toEqual({ a: 'n', b: 'n', c: 'n' });
  expect(await groupCondition()).toEqual([['PodGroupScheduled', 'True', 'Scheduled', '']]);
});

test('a gang has all its nodes or none', async () => {
  await addNode('n', '2');
  await addGroup({ gang: { minCount: 3 } });
  for (const name of ['a', 'b', 'c']) await addPod(name);
  expect(await after(5)).toEqual({ a: '', b: '', c: '' });
  const reasons = await Promise.all(['a', 'b', 'c'].map(whyNot));
  const fitting = reasons.filter((reason, index) => reason === fits('abc'[index] as string));
  const others = reasons.filter((reason) => reason?.startsWith('0/1 nodes are available: 1 Insufficient cpu.'));
  expect([fitting.length, others.length]).toEqual([2, 1]);
  expect(await groupCondition()).toEqual([
    ['PodGroupScheduled', 'False', 'Unschedulable', 'pod group is unschedulable'],
  ]);
  // Nothing is kept for a gang that does not fit.
  await addPod('alone', { schedulingGroup: undefined } as object);
  expect(await after(5)).toMatchObject({ a: '', alone: 'n' });
  await addNode('m', '2');
  expect(Object.values(await after(11)).sort()).toEqual(['m', 'm', 'n', 'n']);
  expect(await groupCondition()).toMatchObject([['PodGroupScheduled', 'True', 'Scheduled', '']]);
});

test('what a gang has beyond its least is scheduled as far as it fits', async () => {
  await addNode('n', '3');
  await addGroup({ gang: { minCount: 2 } });
  for (const name of ['a', 'b', 'c', 'd']) await addPod(name);
  expect(await after(1)).toEqual({ a: 'n', b: 'n', c: 'n', d: '' });
  await cluster.client.of(Pods).delete('a', { namespace: NAMESPACE, gracePeriodSeconds: 0 });
  expect(await after(11)).toEqual({ b: 'n', c: 'n', d: 'n' });
});

test('pods of a group without a gang are scheduled each for itself', async () => {
  await addNode('n', '1');
  await addGroup({ basic: {} });
  await addPod('a');
  await addPod('b');
  expect(await after(1)).toEqual({ a: 'n', b: '' });
});

test('room is made for a gang', async () => {
  await addNode('n', '2');
  await cluster.client.of(PriorityClasses).create({ metadata: { name: 'high' }, value: 10 });
  await addPod('victim', { schedulingGroup: undefined, terminationGracePeriodSeconds: 0 } as object);
  expect(await after(1)).toEqual({ victim: 'n' });
  await addGroup({ gang: { minCount: 2 } });
  await addPod('a', { priorityClassName: 'high' });
  await after(1);
  await addPod('b', { priorityClassName: 'high' });
  expect(await after(0.1)).toMatchObject({ a: '', b: '' });
  expect(await whyNot('a')).toBe('pod group is unschedulable, pod group is waiting for preemption to complete');
  expect(await groupCondition()).toEqual([['PodGroupScheduled', 'False', 'Unschedulable', await whyNot('a')]]);
  expect(await after(40)).toEqual({ a: 'n', b: 'n' });
});
