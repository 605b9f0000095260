import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { PriorityClasses } from '#api/scheduling/v1/priority-class.ts';
import { type PodGroup, PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import { jsonPatch, mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';

const NAMESPACE = 'default';
let cluster: Cluster;

/** Each test of a suite has a cluster of its own, with these features beside gangs. */
function withFeatures(...features: readonly string[]): void {
  beforeEach(async () => {
    const featureGates = ['GenericWorkload', 'GangScheduling', ...features];
    cluster = await Cluster.start({ controllers: false, featureGates, clock: new VirtualClock(), seed: 1 });
    await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace: NAMESPACE } });
  });
  afterEach(() => cluster.stop());
}

async function addNode(name: string, cpu: string, labels: Record<string, string> = {}) {
  const capacity = { cpu, memory: '8Gi', pods: '110' };
  const nodes = cluster.client.of(Nodes);
  await nodes.create({ metadata: { name, labels }, spec: {}, status: { capacity, allocatable: capacity } } as Node);
  // Admission taints new nodes until the node lifecycle controller has seen them.
  await nodes.patch(name, jsonPatch([{ op: 'replace', path: '/spec/taints', value: [] }]));
}

const addGroup = (schedulingPolicy: object, more: object = {}, name = 'ring') =>
  cluster.client
    .of(PodGroups)
    .create({ metadata: { name, namespace: NAMESPACE }, spec: { schedulingPolicy, ...more } } as PodGroup);

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
async function nodesAfter(seconds: number): Promise<Record<string, string>> {
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

describe('gangs', () => {
  withFeatures();

  test('pods of a gang wait for their group, and for each other', async () => {
    await addNode('n', '4');
    await addPod('a');
    await addPod('b');
    expect(await nodesAfter(30)).toEqual({ a: '', b: '' });
    await addGroup({ gang: { minCount: 3 } });
    expect(await nodesAfter(30)).toEqual({ a: '', b: '' });
    expect((await cluster.client.of(Events).list()).items).toEqual([]);
    await addPod('c');
    expect(await nodesAfter(1)).toEqual({ a: 'n', b: 'n', c: 'n' });
    expect(await groupCondition()).toEqual([['PodGroupScheduled', 'True', 'Scheduled', '']]);
  });

  test('a gang has all its nodes or none', async () => {
    await addNode('n', '2');
    await addGroup({ gang: { minCount: 3 } });
    for (const name of ['a', 'b', 'c']) await addPod(name);
    expect(await nodesAfter(5)).toEqual({ a: '', b: '', c: '' });
    const reasons = await Promise.all(['a', 'b', 'c'].map(whyNot));
    const fitting = reasons.filter((reason, index) => reason === fits('abc'[index] as string));
    const others = reasons.filter((reason) => reason?.startsWith('0/1 nodes are available: 1 Insufficient cpu.'));
    expect([fitting.length, others.length]).toEqual([2, 1]);
    expect(await groupCondition()).toEqual([
      ['PodGroupScheduled', 'False', 'Unschedulable', 'pod group is unschedulable'],
    ]);
    // Nothing is kept for a gang that does not fit.
    await addPod('alone', { schedulingGroup: undefined } as object);
    expect(await nodesAfter(5)).toMatchObject({ a: '', alone: 'n' });
    await addNode('m', '2');
    expect(Object.values(await nodesAfter(11)).sort()).toEqual(['m', 'm', 'n', 'n']);
    expect(await groupCondition()).toMatchObject([['PodGroupScheduled', 'True', 'Scheduled', '']]);
  });

  test('what a gang has beyond its least is scheduled as far as it fits', async () => {
    await addNode('n', '3');
    await addGroup({ gang: { minCount: 2 } });
    for (const name of ['a', 'b', 'c', 'd']) await addPod(name);
    expect(await nodesAfter(1)).toEqual({ a: 'n', b: 'n', c: 'n', d: '' });
    await cluster.client.of(Pods).delete('a', { namespace: NAMESPACE, gracePeriodSeconds: 0 });
    expect(await nodesAfter(11)).toEqual({ b: 'n', c: 'n', d: 'n' });
  });

  test('pods of a group without a gang are scheduled each for itself', async () => {
    await addNode('n', '1');
    await addGroup({ basic: {} });
    await addPod('a');
    await addPod('b');
    expect(await nodesAfter(1)).toEqual({ a: 'n', b: '' });
  });

  test('room is made for a gang', async () => {
    await addNode('n', '2');
    await cluster.client.of(PriorityClasses).create({ metadata: { name: 'high' }, value: 10 });
    await addPod('victim', { schedulingGroup: undefined, terminationGracePeriodSeconds: 0 } as object);
    expect(await nodesAfter(1)).toEqual({ victim: 'n' });
    await addGroup({ gang: { minCount: 2 } });
    await addPod('a', { priorityClassName: 'high' });
    await nodesAfter(1);
    await addPod('b', { priorityClassName: 'high' });
    expect(await nodesAfter(0.1)).toMatchObject({ a: '', b: '' });
    expect(await whyNot('a')).toBe('pod group is unschedulable, pod group is waiting for preemption to complete');
    expect(await groupCondition()).toEqual([['PodGroupScheduled', 'False', 'Unschedulable', await whyNot('a')]]);
    expect(await nodesAfter(40)).toEqual({ a: 'n', b: 'n' });
  });
});

describe('placements', () => {
  withFeatures('TopologyAwareWorkloadScheduling');

  const RACK = 'example.com/rack';
  const inOneRack = { schedulingConstraints: { topology: [{ key: RACK }] } };
  /** Nodes by racks, each with so many CPUs. */
  async function addRacks(racks: Record<string, string[]>) {
    for (const [rack, sizes] of Object.entries(racks)) {
      for (const [index, cpu] of sizes.entries()) await addNode(`${rack}${index}`, cpu, { [RACK]: rack });
    }
  }
  const racksOf = (nodes: Record<string, string>) => [...new Set(Object.values(nodes).map((node) => node.slice(0, 1)))];

  test('all pods of a group lie in one domain, and later ones where the first are', async () => {
    await addNode('nowhere', '8');
    await addRacks({ a: ['1', '1'], b: ['1', '2', '1'] });
    await addGroup({ gang: { minCount: 3 } }, inOneRack);
    for (const name of ['p', 'q', 'r']) await addPod(name);
    expect(racksOf(await nodesAfter(1))).toEqual(['b']);
    await addPod('s');
    expect(racksOf(await nodesAfter(11))).toEqual(['b']);
    await addPod('t');
    expect(await nodesAfter(11)).toMatchObject({ t: '' });
    expect(await whyNot('t')).toBe(
      '0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
    );
  });

  test('a domain that takes more of the pods is better, then one with less to spare', async () => {
    await addRacks({ a: ['2'], b: ['8'], c: ['4'] });
    for (const name of ['p', 'q', 'r', 's']) await addPod(name);
    await addGroup({ gang: { minCount: 2 } }, inOneRack);
    expect(racksOf(await nodesAfter(1))).toEqual(['c']);
  });

  test('a group that fits into no domain is told so', async () => {
    await addRacks({ a: ['1', '1'], b: ['2'] });
    await addGroup({ gang: { minCount: 3 } }, inOneRack);
    for (const name of ['p', 'q', 'r']) await addPod(name);
    expect(await nodesAfter(5)).toEqual({ p: '', q: '', r: '' });
    const message = '0/2 placements are available, first placement status: pod group is unschedulable';
    expect(await groupCondition()).toEqual([['PodGroupScheduled', 'False', 'Unschedulable', message]]);
    await addNode('a2', '1', { [RACK]: 'a' });
    expect(racksOf(await nodesAfter(11))).toEqual(['a']);
  });

  test('without a constraint pods lie anywhere', async () => {
    await addRacks({ a: ['1'], b: ['1'] });
    await addGroup({ gang: { minCount: 2 } });
    for (const name of ['p', 'q']) await addPod(name);
    expect(racksOf(await nodesAfter(1)).sort()).toEqual(['a', 'b']);
  });

  test('constraints are checked and kept', async () => {
    const two = { schedulingConstraints: { topology: [{ key: RACK }, { key: '' }] } };
    await expect(addGroup({ basic: {} }, two)).rejects.toThrow('must have at most 1 item');
    await addGroup({ basic: {} }, inOneRack);
    const other = mergePatch({ spec: { schedulingConstraints: { topology: [{ key: 'zone' }] } } });
    await expect(cluster.client.of(PodGroups).patch('ring', other, { namespace: NAMESPACE })).rejects.toThrow(
      'spec.schedulingConstraints: Invalid value',
    );
  });
});

describe('room for groups', () => {
  withFeatures('WorkloadAwarePreemption');

  beforeEach(async () => {
    for (const [name, value] of Object.entries({ high: 10, middle: 5 })) {
      await cluster.client.of(PriorityClasses).create({ metadata: { name }, value });
    }
  });

  const addVictim = (name: string, more: object = {}) =>
    addPod(name, { schedulingGroup: undefined, terminationGracePeriodSeconds: 0, ...more } as object);

  test('a group has the priority of its class', async () => {
    const { spec } = await addGroup({ basic: {} }, { priorityClassName: 'high' });
    expect([spec?.priority, spec?.disruptionMode]).toEqual([10, 'Pod']);
    await expect(addGroup({ basic: {} }, { priority: 3 }, 'other')).rejects.toThrow(
      'the integer value of priority (3) must not be provided in pod group spec',
    );
    await expect(addGroup({ basic: {} }, { priorityClassName: 'none' }, 'other')).rejects.toThrow(
      'no PriorityClass with name none was found',
    );
  });

  test('only as many go as a whole group needs, the least important ones', async () => {
    for (const name of ['n', 'm']) await addNode(name, '2');
    for (const name of ['a', 'b', 'c']) await addVictim(name);
    await addVictim('d', { priorityClassName: 'middle' });
    await nodesAfter(1);
    await addGroup({ gang: { minCount: 2 } }, { priorityClassName: 'high' });
    await addPod('p');
    await addPod('q');
    await nodesAfter(20);
    const nodes = await nodesAfter(0);
    expect([nodes['p'], nodes['q'], nodes['d']]).not.toContain('');
    expect(Object.keys(nodes).filter((name) => 'abc'.includes(name))).toHaveLength(1);
    const { items } = await cluster.client.of(Events).list();
    const group = await cluster.client.of(PodGroups).get('ring', { namespace: NAMESPACE });
    const told = items.filter(({ reason }) => reason === 'Preempted').map(({ message }) => message);
    const message = `Preempted by podgroup ${group.metadata?.uid} on node cluster`;
    expect(told).toEqual([message, message]);
  });

  test('a group that is disrupted as a whole goes as a whole, or stays', async () => {
    await addNode('n', '3');
    await addGroup({ gang: { minCount: 2 } }, { disruptionMode: 'PodGroup' }, 'whole');
    const ofWhole = { schedulingGroup: { podGroupName: 'whole' } };
    await addVictim('a', ofWhole);
    await addVictim('b', ofWhole);
    await addVictim('c');
    expect(await nodesAfter(1)).toEqual({ a: 'n', b: 'n', c: 'n' });
    // A single pod matters less than a group.
    await addGroup({ gang: { minCount: 1 } }, { priorityClassName: 'middle' }, 'small');
    await addPod('p', { schedulingGroup: { podGroupName: 'small' }, priorityClassName: 'high' } as object);
    expect(await nodesAfter(20)).toEqual({ a: 'n', b: 'n', p: 'n' });
    await addGroup({ gang: { minCount: 1 } }, { priorityClassName: 'middle' }, 'next');
    await addPod('q', { schedulingGroup: { podGroupName: 'next' } } as object);
    expect(await nodesAfter(20)).toEqual({ p: 'n', q: 'n' });
  });

  test('nobody goes for a group that would not fit even then', async () => {
    await addNode('n', '2');
    await addVictim('a');
    await nodesAfter(1);
    await addGroup({ gang: { minCount: 3 } }, { priorityClassName: 'high' });
    for (const name of ['p', 'q', 'r']) await addPod(name);
    expect(await nodesAfter(20)).toEqual({ a: 'n', p: '', q: '', r: '' });
    expect(await groupCondition()).toEqual([
      ['PodGroupScheduled', 'False', 'Unschedulable', 'pod group is unschedulable, pod group is unschedulable'],
    ]);
  });
});
