import { afterEach, beforeEach, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { PriorityClasses } from '#api/scheduling/v1/priority-class.ts';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { seededRandom } from '#base/random.ts';
import { createEventRecorder } from '#client/events/event-recorder.ts';
import { InformerFactory } from '#client/informer-factory.ts';
import { jsonPatch, mergePatch, strategicPatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { Scheduler } from './scheduler.ts';

let cluster: Cluster;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
  const client = cluster.clientFor({ name: 'system:kube-scheduler', groups: [] });
  stop = new AbortController();
  const scheduler = new Scheduler({
    metrics: cluster.apiServer.metrics,
    client,
    informers: new InformerFactory(client),
    events: createEventRecorder(client, { component: 'default-scheduler', clock: systemClock, logger: silentLogger }),
    clock: systemClock,
    random: seededRandom(1),
    logger: silentLogger,
  });
  running = scheduler.run(stop.signal);
});

afterEach(async () => {
  stop.abort();
  await running;
  await cluster.stop();
});

async function addNode(
  name: string,
  options: { cpu?: string; labels?: Record<string, string>; taints?: NonNullable<Node['spec']>['taints'] } = {},
) {
  const { cpu = '4', labels = {}, taints } = options;
  const capacity = { cpu, memory: '8Gi', pods: '110' };
  const nodes = cluster.client.of(Nodes);
  await nodes.create({ metadata: { name, labels }, spec: {}, status: { capacity, allocatable: capacity } } as Node);
  // Admission taints new nodes until the node lifecycle controller has seen them.
  await nodes.patch(name, jsonPatch([{ op: 'replace', path: '/spec/taints', value: taints ?? [] }]));
}

const addPod = (name: string, spec: Partial<NonNullable<Pod['spec']>> = {}, cpu = '100m') =>
  cluster.client.of(Pods).create({
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu } } }], ...spec },
  } as Pod);

const podOf = (name: string) => cluster.client.of(Pods).get(name, { namespace: 'default' });
const nodeOf = async (name: string) => (await podOf(name)).spec?.nodeName;
const messageOf = async (name: string) =>
  (await podOf(name)).status?.conditions?.find((condition) => condition.type === 'PodScheduled')?.message;

test('a pod goes to a node that fits, and an event says so', async () => {
  await addNode('small', { cpu: '1' });
  await addNode('large', { cpu: '8' });
  await addPod('big', {}, '4');
  await waitFor(async () => (await nodeOf('big')) === 'large');
  const event = await waitFor(async () => (await cluster.client.of(Events).list({ namespace: 'default' })).items[0]);
  expect(event).toMatchObject({
    reason: 'Scheduled',
    message: 'Successfully assigned default/big to large',
    type: 'Normal',
  });
});

test('a pod that fits nowhere is told why, and goes when a node fits', async () => {
  await addNode('one', { cpu: '1' });
  await addNode('tainted', { taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] });
  await addPod('waiting', {}, '2');
  await waitFor(async () => (await messageOf('waiting')) !== undefined);
  expect(await messageOf('waiting')).toBe(
    '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s). ' +
      'no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
  );
  await addNode('two');
  await waitFor(async () => (await nodeOf('waiting')) === 'two');
});

test('selectors, affinity and host ports are kept', async () => {
  await addNode('a', { labels: { disk: 'ssd' } });
  await addNode('b');
  const ports = [{ name: 'c', image: 'x', ports: [{ containerPort: 80, hostPort: 80 }] }];
  await addPod('selected', { nodeSelector: { disk: 'ssd' } });
  await addPod('port-1', { containers: ports });
  await addPod('port-2', { containers: ports });
  await waitFor(async () => (await Promise.all(['selected', 'port-1', 'port-2'].map(nodeOf))).every(Boolean));
  expect(await nodeOf('selected')).toBe('a');
  expect(new Set([await nodeOf('port-1'), await nodeOf('port-2')])).toEqual(new Set(['a', 'b']));
});

test('a pod that is being deleted is not scheduled when its turn comes, and people are told', async () => {
  await addNode('one', { cpu: '1' });
  const pods = cluster.client.of(Pods);
  await addPod('leaving', {}, '2');
  await pods.patch('leaving', mergePatch({ metadata: { finalizers: ['example.com/keep'] } }), { namespace: 'default' });
  await waitFor(async () => (await messageOf('leaving')) !== undefined);
  await pods.delete('leaving', { namespace: 'default' });
  await addNode('two');
  const event = await waitFor(async () =>
    (await cluster.client.of(Events).list({ namespace: 'default' })).items.find(({ message }) =>
      message?.startsWith('skip'),
    ),
  );
  const { type, reason, message } = event;
  expect([type, reason, message]).toEqual([
    'Warning',
    'FailedScheduling',
    'skip schedule deleting pod: default/leaving',
  ]);
  expect(await nodeOf('leaving')).toBeUndefined();
});

test('without nodes the message says so', async () => {
  await addPod('alone');
  await waitFor(async () => (await messageOf('alone')) === 'no nodes available to schedule pods');
});

test('what is decided is counted and measured under the names people know', async () => {
  await addNode('one', { cpu: '1' });
  await addPod('fits');
  await addPod('waits', {}, '2');
  await addPod('gated', { schedulingGates: [{ name: 'example.com/wait' }] });
  await waitFor(async () => (await nodeOf('fits')) && (await messageOf('waits')));
  const told = () => cluster.apiServer.metrics.render().split('\n');
  await waitFor(() => told().includes('scheduler_pending_pods{queue="gated"} 1'));
  await waitFor(() => told().includes('scheduler_event_handling_duration_seconds_count{event="AssignedPodAdd"} 1'));
  const profile = 'profile="default-scheduler"';
  const counted = [
    `scheduler_schedule_attempts_total{result="scheduled",${profile}} 1`,
    `scheduler_scheduling_attempt_duration_seconds_count{result="scheduled",${profile}} 1`,
    `scheduler_framework_extension_point_duration_seconds_count{extension_point="Bind",status="Success",${profile}} 1`,
    `scheduler_unschedulable_pods{plugin="NodeResourcesFit",${profile}} 1`,
    `scheduler_unschedulable_pods{plugin="SchedulingGates",${profile}} 1`,
    'scheduler_pod_scheduling_attempts_count 1',
    'scheduler_pod_scheduling_sli_duration_seconds_count{attempts="1"} 1',
    'scheduler_pending_pods{queue="unschedulable"} 1',
    'scheduler_queue_incoming_pods_total{queue="active",event="UnschedulablePodAdd"} 2',
    'scheduler_queue_incoming_pods_total{queue="unschedulable",event="UnschedulablePodAdd"} 1',
    'scheduler_cache_size{type="nodes"} 1',
    'scheduler_event_handling_duration_seconds_count{event="NodeAdd"} 1',
    'scheduler_event_handling_duration_seconds_count{event="UnschedulablePodAdd"} 3',
    'scheduler_preemption_attempts_total 1',
    'scheduler_preemption_victims_count 0',
    'scheduler_goroutines{operation="binding"} 0',
    `scheduler_plugin_evaluation_total{plugin="NodeResourcesFit",extension_point="Filter",${profile}} 2`,
    `scheduler_batch_attempts_total{${profile},result="no_hint"} 2`,
    // The first cycle is one of those that are looked at closely.
    'scheduler_plugin_execution_duration_seconds_count{plugin="NodeResourcesFit",extension_point="Filter",status="Success"} 1',
  ];
  const lines = told();
  expect(counted.filter((line) => !lines.includes(line))).toEqual([]);
});

test('a pod of higher priority makes room for itself', async () => {
  await cluster.client.of(PriorityClasses).create({ metadata: { name: 'high' }, value: 1000 });
  await addNode('one', { cpu: '1' });
  await addPod('low', { terminationGracePeriodSeconds: 0 }, '800m');
  await waitFor(() => nodeOf('low'));
  await addPod('high', { priorityClassName: 'high' }, '800m');
  await waitFor(async () => (await nodeOf('high')) === 'one');
  const events = (await cluster.client.of(Events).list({ namespace: 'default' })).items;
  const { metadata, status } = await podOf('high');
  const { uid } = metadata ?? {};
  expect(status?.nominatedNodeName).toBeUndefined();
  expect(events.filter(({ reason }) => reason === 'Preempted').map(({ message }) => message)).toEqual([
    `Preempted by pod ${uid} on node one`,
  ]);
});

test('a pod for which room is made waits until those that take their time to end are gone', async () => {
  await cluster.client.of(PriorityClasses).create({ metadata: { name: 'high' }, value: 1000 });
  await addNode('one', { cpu: '1' });
  await addPod('low', { terminationGracePeriodSeconds: 3600 }, '800m');
  await waitFor(() => nodeOf('low'));
  const since = '2026-01-01T00:00:00Z';
  const before = { type: 'DisruptionTarget', status: 'True', reason: 'Before', lastTransitionTime: since };
  await cluster.client.of(Pods).patch('low', strategicPatch({ status: { conditions: [before] } }), {
    namespace: 'default',
    subresource: 'status',
  });
  await addPod('high', { priorityClassName: 'high' }, '800m');
  const { status } = await waitFor(async () => {
    const low = await podOf('low');
    return low.metadata?.deletionTimestamp === undefined ? undefined : low;
  });
  // It was about to be taken away before.
  const condition = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  expect([condition?.reason, condition?.lastTransitionTime]).toEqual(['PreemptionByScheduler', since]);
  await waitFor(async () => (await podOf('high')).status?.nominatedNodeName === 'one');
  const told = async () => (await cluster.client.of(Events).list({ namespace: 'default' })).items;
  await waitFor(async () => (await told()).some(({ reason }) => reason === 'Preempted'));
  await cluster.client.of(Pods).delete('low', { namespace: 'default', gracePeriodSeconds: 0 });
  await waitFor(async () => (await nodeOf('high')) === 'one');
  // That the end of another had begun was no reason to try again.
  expect(cluster.apiServer.metrics.render()).toContain('scheduler_preemption_attempts_total 1\n');
});

test('a pod for which room is made elsewhere goes where enough becomes free meanwhile, and not for less', async () => {
  await cluster.client.of(PriorityClasses).create({ metadata: { name: 'high' }, value: 1000 });
  await addNode('one', { cpu: '1' });
  await addPod('low', { terminationGracePeriodSeconds: 3600 }, '800m');
  await waitFor(() => nodeOf('low'));
  await addPod('high', { priorityClassName: 'high' }, '800m');
  await waitFor(async () => (await podOf('high')).status?.nominatedNodeName === 'one');
  // It does not fit there as long as others have their part.
  await addNode('two', { cpu: '1500m', taints: [{ key: 'late', effect: 'NoSchedule' }] });
  const tolerations = [{ key: 'late', operator: 'Exists' as const }];
  for (const name of ['a', 'b']) await addPod(name, { tolerations, priorityClassName: 'high' }, '700m');
  await waitFor(async () => (await nodeOf('a')) && (await nodeOf('b')));
  await cluster.client.of(Nodes).patch('two', jsonPatch([{ op: 'replace', path: '/spec/taints', value: [] }]));
  const remove = (name: string) =>
    cluster.client.of(Pods).delete(name, { namespace: 'default', gracePeriodSeconds: 0 });
  await remove('a');
  await waitFor(async () => (await nodeOf('high')) === 'two');
});

test('who was kept off a node for the sake of a pod that was expected there is tried once it no longer is', async () => {
  await cluster.client.of(PriorityClasses).create({ metadata: { name: 'high' }, value: 1000 });
  await addNode('one', { cpu: '1' });
  // Its gate keeps it from being tried itself.
  await addPod('gated', { priorityClassName: 'high', schedulingGates: [{ name: 'g' }] }, '800m');
  const nominate = (nominatedNodeName: string | null) =>
    cluster.client
      .of(Pods)
      .patch('gated', mergePatch({ status: { nominatedNodeName } }), { namespace: 'default', subresource: 'status' });
  await nominate('one');
  await addPod('kept', {}, '800m');
  await waitFor(async () => (await messageOf('kept'))?.startsWith('0/1 nodes are available: 1 Insufficient cpu.'));
  await nominate(null);
  await waitFor(() => nodeOf('kept'));
});

test('a pod that fits nowhere is not tried again for changes that do not matter', async () => {
  await addNode('one', { taints: [{ key: 'a', effect: 'NoSchedule' }] });
  await addPod('waiting');
  await waitFor(() => messageOf('waiting'));
  const attempts = () => /schedule_attempts_total\{result="unschedulable".*\} (\d+)/.exec(render())?.[1];
  const render = () => cluster.apiServer.metrics.render();
  const change = (op: object) =>
    cluster.client.of(Pods).patch('waiting', jsonPatch([op as never]), { namespace: 'default' });
  await change({ op: 'add', path: '/metadata/labels', value: { a: 'b' } });
  await change({ op: 'replace', path: '/spec/containers/0/image', value: 'y' });
  // Those who come later are tried later.
  await addPod('next', { tolerations: [{ key: 'a', operator: 'Exists' }] });
  await waitFor(() => nodeOf('next'));
  expect(attempts()).toBe('1');
  await change({ op: 'add', path: '/spec/tolerations/-', value: { key: 'a', operator: 'Exists' } });
  await waitFor(() => nodeOf('waiting'));
  expect(render()).toContain(
    'scheduler_queueing_hint_execution_duration_seconds_count{plugin="TaintToleration",event="UnschedulablePodUpdatePodToleration",hint="Queue"} 1\n',
  );
  expect(render()).toMatch(
    /scheduler_queue_incoming_pods_total\{queue="(active|backoff)",event="UnschedulablePodUpdatePodToleration"\} 1/,
  );
});

test('a pod that never preempts, and one that only frees what is too little, is told so', async () => {
  await cluster.client
    .of(PriorityClasses)
    .create({ metadata: { name: 'polite' }, value: 1000, preemptionPolicy: 'Never' });
  await addNode('one', { cpu: '1' });
  await addPod('first', {}, '800m');
  await waitFor(() => nodeOf('first'));
  await addPod('polite', { priorityClassName: 'polite' }, '800m');
  await waitFor(() => messageOf('polite'));
  expect(await messageOf('polite')).toBe(
    '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, ' +
      'preemption: not eligible due to preemptionPolicy=Never.',
  );
  await addPod('equal', {}, '800m');
  await waitFor(() => messageOf('equal'));
  expect(await messageOf('equal')).toBe(
    '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, ' +
      'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
  );
});

test('a gated pod waits until its gates are taken away', async () => {
  await addNode('one');
  await addPod('gated', { schedulingGates: [{ name: 'example.com/wait' }] });
  await addPod('open');
  await waitFor(() => nodeOf('open'));
  expect(await nodeOf('gated')).toBeUndefined();
  await cluster.client
    .of(Pods)
    .patch('gated', jsonPatch([{ op: 'remove', path: '/spec/schedulingGates' }]), { namespace: 'default' });
  await waitFor(() => nodeOf('gated'));
});
