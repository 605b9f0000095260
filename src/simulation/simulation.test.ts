import { afterEach, expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { HorizontalPodAutoscalers } from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import { type Job, Jobs } from '#api/batch/v1/job.ts';
import { Leases } from '#api/coordination/v1/lease.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { NodeMetricsResource, PodMetricsResource } from '#api/metrics/v1beta1/metrics.ts';
import { mergePatch, strategicPatch } from '#client/options.ts';
import { Cluster, type ClusterOptions } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import type { SimulationConfiguration } from './simulation.ts';

let cluster: Cluster;
afterEach(() => cluster.stop());

async function start(simulation: SimulationConfiguration, options: ClusterOptions = {}): Promise<void> {
  cluster = await Cluster.start({ clock: new VirtualClock(), seed: 1, simulation, ...options });
  await cluster.advance(1000);
}

const podOf = (name: string) => cluster.client.of(Pods).get(name, { namespace: 'default' });
const listPods = async () => (await cluster.client.of(Pods).list({ namespace: 'default' })).items;

const createPod = (name: string, labels: Record<string, string> = {}, spec: object = {}) =>
  cluster.client.of(Pods).create({
    metadata: { name, namespace: 'default', labels },
    spec: { containers: [{ name: 'c', image: 'x' }], ...spec },
  } as Pod);

const readyOf = async (name: string) =>
  (await cluster.client.of(Nodes).get(name)).status?.conditions?.find(({ type }) => type === 'Ready');

test('nodes are what their groups say', async () => {
  await start({
    nodes: [
      { count: 2, cpu: '4', memory: '8Gi', region: 'r', zones: ['a', 'b'] },
      {
        count: 1,
        namePrefix: 'gpu-',
        labels: { pool: 'gpu' },
        taints: [{ key: 'gpu', effect: 'NoSchedule' }],
        resources: { 'example.com/gpu': '4' },
      },
    ],
  });
  const nodes = (await cluster.client.of(Nodes).list({})).items;
  const told = nodes.map(({ metadata, spec, status }) => [
    metadata?.name,
    metadata?.labels?.['topology.kubernetes.io/zone'] ?? metadata?.labels?.['pool'],
    spec?.taints?.map(({ key }) => key),
    status?.capacity?.['cpu'],
    status?.capacity?.['example.com/gpu'],
  ]);
  expect(told).toEqual([
    ['gpu-0', 'gpu', ['gpu'], '32', '4'],
    ['simulated-0', 'a', undefined, '4', undefined],
    ['simulated-1', 'b', undefined, '4', undefined],
  ]);
});

test('pods live as the stages say, with delays, endings and failure rates', async () => {
  await start({
    nodes: [{ count: 4 }],
    stages: [
      { name: 'slow', when: { phase: 'Pending', labels: { app: 'slow' } }, delayMs: 5_000, next: 'Running' },
      { name: 'ready', when: { phase: 'Running', labels: { app: 'slow' } }, delayMs: 10_000, next: 'Ready' },
      {
        name: 'crash',
        when: { phase: 'Ready', labels: { app: 'slow' } },
        delayMs: 20_000,
        next: 'Restarted',
        exitCode: 137,
        reason: 'OOMKilled',
      },
      {
        name: 'fail',
        when: { phase: 'Ready', labels: { app: 'batch' } },
        delayMs: 100,
        probability: 0.3,
        next: 'Failed',
        message: 'no luck',
      },
    ],
  });
  await createPod('slow', { app: 'slow' });
  for (let index = 0; index < 100; index++) await createPod(`b${index}`, { app: 'batch' }, { restartPolicy: 'Never' });
  const phases: unknown[] = [];
  for (const wait of [4_000, 2_000, 10_000, 20_000]) {
    await cluster.advance(wait);
    const { status } = await podOf('slow');
    const [container] = status?.containerStatuses ?? [];
    phases.push([status?.phase, container?.ready, container?.restartCount, container?.lastState?.terminated?.reason]);
  }
  expect(phases).toEqual([
    ['Pending', undefined, undefined, undefined],
    ['Running', false, 0, undefined],
    ['Running', true, 0, undefined],
    ['Running', false, 1, 'OOMKilled'],
  ]);
  const batch = (await listPods()).filter(({ metadata }) => metadata?.labels?.['app'] === 'batch');
  const failed = batch.filter(({ status }) => status?.phase === 'Failed');
  expect(batch.filter(({ status }) => status?.phase === 'Succeeded')).toHaveLength(100 - failed.length);
  expect(failed.length).toBeGreaterThan(15);
  expect(failed.length).toBeLessThan(45);
  expect(failed[0]?.status?.message).toBe('no luck');
  expect(failed[0]?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(1);
});

test('pods leave a node that is cut off, and go there once it is back', async () => {
  await start({ nodes: [{ count: 2 }] });
  const spec = {
    replicas: 4,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
  };
  await cluster.client.of(Deployments).create({ metadata: { name: 'web', namespace: 'default' }, spec } as never);
  await cluster.advance(5_000);
  const before = (await listPods()).filter(({ spec: own }) => own?.nodeName === 'simulated-0');
  expect(before.length).toBeGreaterThan(0);

  await cluster.simulation.fleet.setState('simulated-0', 'Partitioned');
  await cluster.advance(70_000);
  expect(await readyOf('simulated-0')).toMatchObject({ status: 'Unknown', reason: 'NodeStatusUnknown' });
  await cluster.advance(320_000);
  const cutOff = (await listPods()).filter(({ spec: own }) => own?.nodeName === 'simulated-0');
  // Nobody there hears that they are to go.
  expect(cutOff.map(({ metadata }) => [metadata?.name, metadata?.deletionTimestamp !== undefined])).toEqual(
    before.map(({ metadata }) => [metadata?.name, true]),
  );
  const elsewhere = (await listPods()).filter(({ spec: own }) => own?.nodeName === 'simulated-1');
  expect(elsewhere.filter(({ status }) => status?.phase === 'Running')).toHaveLength(4);

  await cluster.simulation.fleet.setState('simulated-0', 'Running');
  await cluster.advance(15_000);
  expect(await readyOf('simulated-0')).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  expect(await listPods()).toHaveLength(4);
});

test('a pod that goes and is kept for somebody tells of its end', async () => {
  await start({ nodes: [{ count: 1 }] });
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } };
  const spec = { podReplacementPolicy: 'Failed', template };
  await cluster.client.of(Jobs).create({ metadata: { name: 'work', namespace: 'default' }, spec } as Job);
  await cluster.advance(500);
  const [first] = await listPods();
  await cluster.client.of(Pods).delete(first?.metadata?.name ?? '', { namespace: 'default' });
  await cluster.advance(15_000);
  const { status } = await cluster.client.of(Jobs).get('work', { namespace: 'default' });
  expect([status?.failed, status?.succeeded]).toEqual([1, 1]);
});

test('containers of a node that was stopped start anew, those that may not are lost', async () => {
  await start({
    nodes: [{ count: 1 }],
    stages: [{ name: 'stay', when: { phase: 'Ready', restartPolicies: ['Never'] }, delayMs: 1e9, next: 'Succeeded' }],
  });
  await createPod('web');
  await createPod('once', {}, { restartPolicy: 'Never' });
  await cluster.advance(5_000);
  await cluster.simulation.fleet.setState('simulated-0', 'Stopped');
  await cluster.advance(60_000);
  await cluster.simulation.fleet.setState('simulated-0', 'Running');
  await cluster.advance(5_000);
  const web = await podOf('web');
  expect(web.status?.containerStatuses?.[0]).toMatchObject({
    ready: true,
    restartCount: 1,
    lastState: { terminated: { exitCode: 255 } },
  });
  expect((await podOf('once')).status?.phase).toBe('Failed');
});

test('what pods use is measured, and workloads are scaled by it', async () => {
  await start({ nodes: [{ count: 2 }], usages: [{ when: { labels: { app: 'web' } }, cpu: '40%' }] });
  const container = { name: 'c', image: 'x', resources: { requests: { cpu: '1', memory: '1Gi' } } };
  const spec = {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
  };
  const at = { namespace: 'default' };
  await cluster.client.of(Deployments).create({ metadata: { name: 'web', ...at }, spec } as never);
  const target = { type: 'Utilization', averageUtilization: 50 };
  await cluster.client.of(HorizontalPodAutoscalers).create({
    metadata: { name: 'web', ...at },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 5,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  } as never);
  await cluster.advance(60_000);
  const metrics = await cluster.client.of(PodMetricsResource).list({ ...at, labelSelector: 'app=web' });
  expect(metrics.items.map(({ window, containers }) => [window, containers])).toEqual([
    ['15s', [{ name: 'c', usage: { cpu: '400m', memory: '512Mi' } }]],
  ]);
  const used = (await cluster.client.of(NodeMetricsResource).list({})).items;
  expect(used.map(({ usage }) => usage?.['cpu']).sort()).toEqual(['0', '400m']);
  const missing = cluster.client.of(PodMetricsResource).get('none', at);
  await expect(missing).rejects.toThrow('podmetrics.metrics.k8s.io "default/none" not found');

  const [pod] = await listPods();
  const busy = { metadata: { annotations: { 'simulation.knarr.dev/cpu': '1500m' } } };
  await cluster.client.of(Pods).patch(pod?.metadata?.name ?? '', mergePatch(busy), at);
  await cluster.advance(60_000);
  // 150 % where 50 % is wanted: three times as many.
  expect((await cluster.client.of(Deployments).get('web', at)).spec?.replicas).toBeGreaterThanOrEqual(3);
});

test("conditions are as a kubelet tells them: other people's first, its own with the generation it has seen", async () => {
  await start({ nodes: [{ count: 1 }] });
  await createPod('a', {}, { readinessGates: [{ conditionType: 'example.com/gate' }] });
  await cluster.advance(10_000);
  const told = async () =>
    (await podOf('a')).status?.conditions?.map(({ type, status, observedGeneration }) => [
      type,
      status,
      observedGeneration,
    ]);
  const own = (generation: number, isReady: boolean) => [
    ['PodReadyToStartContainers', 'True', generation],
    ['Initialized', 'True', generation],
    ['Ready', isReady ? 'True' : 'False', generation],
    ['ContainersReady', 'True', generation],
    ['PodScheduled', 'True', generation],
  ];
  expect(await told()).toEqual(own(1, false));
  const gate = { status: { conditions: [{ type: 'example.com/gate', status: 'True' }] } };
  await cluster.client.of(Pods).patch('a', strategicPatch(gate), { namespace: 'default', subresource: 'status' });
  await cluster.advance(10_000);
  expect(await told()).toEqual([['example.com/gate', 'True', undefined], ...own(1, true)]);
  const image = { spec: { containers: [{ name: 'c', image: 'y' }] } };
  await cluster.client.of(Pods).patch('a', strategicPatch(image), { namespace: 'default' });
  await cluster.advance(10_000);
  expect(await told()).toEqual([['example.com/gate', 'True', undefined], ...own(2, true)]);
});

test('advancing needs a virtual clock, and the simulation simulated nodes', async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  await expect(cluster.advance(1)).rejects.toThrow('the cluster runs on the real clock');
  expect(() => cluster.simulation).toThrow('the cluster was started without');
});

test('a node that somebody else makes and marks as simulated runs pods, until it is deleted', async () => {
  await start({ nodes: [{ count: 1, cpu: '1' }] });
  const nodes = cluster.client.of(Nodes);
  const asking = { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '4' } } }] };
  await createPod('large', {}, asking);
  await cluster.advance(10_000);
  expect((await podOf('large')).status?.phase).toBe('Pending');
  const annotations = { 'kwok.x-k8s.io/node': 'fake' };
  const capacity = { cpu: '8', memory: '16Gi', pods: '10' };
  await nodes.create({ metadata: { name: 'grown', annotations }, status: { capacity } } as Node);
  await cluster.advance(60_000);
  expect([(await podOf('large')).spec?.nodeName, (await podOf('large')).status?.phase]).toEqual(['grown', 'Running']);
  const { status } = await nodes.get('grown');
  expect([status?.allocatable, status?.addresses?.map(({ type }) => type)]).toEqual([
    capacity,
    ['InternalIP', 'Hostname'],
  ]);
  await cluster.advance(300_000);
  expect((await readyOf('grown'))?.status).toBe('True');
  await nodes.delete('grown');
  await cluster.advance(120_000);
  expect(await listPods()).toEqual([]);
  const leases = (await cluster.client.of(Leases).list({ namespace: 'kube-node-lease' })).items;
  expect(leases.map(({ metadata }) => metadata?.name)).toEqual(['simulated-0']);
});

test('pods have the addresses that their node has for them, and tell its own', async () => {
  await start({ nodes: [{ count: 1 }] });
  const annotations = { 'kwok.x-k8s.io/node': 'fake' };
  const addresses = [{ type: 'InternalIP', address: '192.168.7.7' }];
  const capacity = { cpu: '8', memory: '16Gi', pods: '10' };
  await cluster.client.of(Nodes).create({
    metadata: { name: 'theirs', annotations },
    spec: { podCIDR: '10.9.9.0/24', podCIDRs: ['10.9.9.0/24'] },
    status: { capacity, addresses },
  } as Node);
  await cluster.advance(1_000);
  await createPod('there', {}, { nodeName: 'theirs' });
  await createPod('on-host', {}, { nodeName: 'theirs', hostNetwork: true });
  await cluster.advance(1_000);
  const told = async (name: string) => {
    const { status } = await podOf(name);
    return [status?.hostIP, status?.podIP];
  };
  expect(await told('there')).toEqual(['192.168.7.7', '10.9.9.2']);
  expect(await told('on-host')).toEqual(['192.168.7.7', '192.168.7.7']);
});

test('what pods are given is told, also after they were resized, and who looks into them is let in', async () => {
  await start({ nodes: [{ count: 1 }] });
  const resources = { requests: { cpu: '100m' }, limits: { cpu: '1' } };
  await createPod('sized', {}, { containers: [{ name: 'c', image: 'x', resources }], hostNetwork: true });
  await cluster.advance(2_000);
  const sized = await podOf('sized');
  expect(sized.status?.containerStatuses?.[0]).toMatchObject({ allocatedResources: resources.requests, resources });
  expect(sized.status?.podIP).toBe(sized.status?.hostIP);
  const pods = cluster.client.of(Pods);
  const larger = { requests: { cpu: '200m' }, limits: { cpu: '1' } };
  const options = { namespace: 'default' };
  const resize = strategicPatch({ spec: { containers: [{ name: 'c', resources: larger }] } });
  await pods.patch('sized', resize, { ...options, subresource: 'resize' });
  const debug = strategicPatch({ spec: { ephemeralContainers: [{ name: 'd', image: 'y' }] } });
  await pods.patch('sized', debug, { ...options, subresource: 'ephemeralcontainers' });
  await cluster.advance(1_000);
  const { metadata, status } = await podOf('sized');
  expect(status?.containerStatuses?.[0]).toMatchObject({
    ready: true,
    allocatedResources: larger.requests,
    resources: larger,
  });
  expect(status?.ephemeralContainerStatuses).toMatchObject([{ name: 'd', state: { running: {} } }]);
  expect(status?.observedGeneration).toBe(metadata?.generation);
});

test('a sidecar ends with its pod', async () => {
  await start({ nodes: [{ count: 1 }] });
  const initContainers = [
    { name: 'first', image: 'x' },
    { name: 'beside', image: 'x', restartPolicy: 'Always' },
  ];
  await createPod('done', {}, { initContainers, restartPolicy: 'Never' });
  await cluster.advance(500);
  const states = async () =>
    (await podOf('done')).status?.initContainerStatuses?.map(({ state, ready }) => [
      Object.keys(state ?? {})[0],
      ready,
    ]);
  expect(await states()).toEqual([
    ['terminated', true],
    ['running', true],
  ]);
  await cluster.advance(3_000);
  expect((await podOf('done')).status?.phase).toBe('Succeeded');
  expect(await states()).toEqual([
    ['terminated', true],
    ['terminated', false],
  ]);
});

test('a pod that may be active for so long only fails then', async () => {
  await start({ nodes: [{ count: 1 }] });
  await createPod('short', {}, { activeDeadlineSeconds: 60 });
  await createPod('quick', {}, { activeDeadlineSeconds: 60, restartPolicy: 'Never' });
  await cluster.advance(50_000);
  expect((await podOf('short')).status?.phase).toBe('Running');
  await cluster.advance(15_000);
  expect((await podOf('short')).status).toMatchObject({
    phase: 'Failed',
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
  });
  expect((await podOf('quick')).status?.phase).toBe('Succeeded');
});
