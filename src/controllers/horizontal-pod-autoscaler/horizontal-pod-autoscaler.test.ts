import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Deployment, Deployments } from '#api/apps/v1/deployment.ts';
import {
  type HorizontalPodAutoscaler,
  HorizontalPodAutoscalers,
} from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import { Events } from '#api/core/v1/event.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { PodMetrics } from '#api/metrics/v1beta1/metrics.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { mergePatch } from '#client/options.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
const clock = new VirtualClock();
const ticking = setInterval(() => clock.advance(1000), 5);
beforeAll(async () => {
  cluster = await Cluster.start({ simulatedNodes: 1, clock });
});
afterAll(async () => {
  clearInterval(ticking);
  await cluster.stop();
});

const autoscaler = (name: string, spec: Partial<HorizontalPodAutoscaler['spec']> = {}): HorizontalPodAutoscaler => ({
  metadata: { name, namespace },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: 2,
    maxReplicas: 5,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    ...spec,
  },
});

const deployment = (name: string, replicas: number): Deployment => ({
  metadata: { name, namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'web:1', resources: { requests: { cpu: '100m' } } }] },
    },
  },
});

async function deploy(name: string, replicas: number): Promise<void> {
  await cluster.client.of(Deployments).create(deployment(name, replicas));
  await waitFor(async () => {
    const { status } = await cluster.client.of(Deployments).get(name, { namespace });
    return (status?.readyReplicas ?? 0) === replicas;
  });
}

const replicasOf = async (name: string) =>
  (await cluster.client.of(Deployments).get(name, { namespace })).spec?.replicas;
const statusOf = async (name: string) =>
  (await cluster.client.of(HorizontalPodAutoscalers).get(name, { namespace })).status;
const conditionsOf = async (name: string) =>
  (await statusOf(name))?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message]);
const eventsOf = async (name: string) => {
  const fieldSelector = `involvedObject.name=${name},involvedObject.kind=HorizontalPodAutoscaler`;
  const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector });
  return items.map(({ reason, message }) => `${reason} ${message}`).sort();
};

test('without a metrics API the autoscaler says so and keeps what there is', async () => {
  // Simulated nodes measure what pods use.
  const measured = cluster;
  cluster = await Cluster.start({ clock, scheduler: false });
  onTestFinished(async () => {
    await cluster.stop();
    cluster = measured;
  });
  await cluster.client.of(Deployments).create(deployment('silent', 3));
  await cluster.client.of(HorizontalPodAutoscalers).create(autoscaler('silent'));
  const failure =
    'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
  await waitFor(async () => (await statusOf('silent'))?.conditions?.length === 2);
  expect(await conditionsOf('silent')).toEqual([
    ['AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale"],
    [
      'ScalingActive',
      'False',
      'FailedGetResourceMetric',
      `the HPA was unable to compute the replica count: ${failure}`,
    ],
  ]);
  await waitFor(async () => (await eventsOf('silent')).length === 2);
  expect(await eventsOf('silent')).toEqual([
    `FailedComputeMetricsReplicas invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${failure}`,
    `FailedGetResourceMetric ${failure}`,
  ]);
  expect([await replicasOf('silent'), (await statusOf('silent'))?.currentReplicas]).toEqual([3, 3]);
});

test('fewer than the least and more than the most are brought within bounds without asking metrics', async () => {
  await deploy('few', 1);
  // What is measured asks for something else a moment later: here it may not have it.
  const disabled = { selectPolicy: 'Disabled' } as const;
  const behavior = { scaleUp: disabled, scaleDown: disabled };
  await cluster.client.of(HorizontalPodAutoscalers).create(autoscaler('few', { behavior }));
  await waitFor(async () => (await replicasOf('few')) === 2);
  await cluster.client.of(Deployments).patch('few', mergePatch({ spec: { replicas: 9 } }), { namespace });
  await waitFor(async () => (await replicasOf('few')) === 5);
  await waitFor(async () => {
    expect(await eventsOf('few')).toEqual(
      expect.arrayContaining([
        'SuccessfulRescale New size: 2; reason: Current number of replicas below Spec.MinReplicas',
        'SuccessfulRescale New size: 5; reason: Current number of replicas above Spec.MaxReplicas',
      ]),
    );
    return true;
  });
  await waitFor(async () => (await statusOf('few'))?.lastScaleTime);
});

test('a target of none is left alone, and one that is not there is told of', async () => {
  await deploy('off', 0);
  await cluster.client.of(HorizontalPodAutoscalers).create(autoscaler('off'));
  await waitFor(async () => (await conditionsOf('off'))?.some(([, , reason]) => reason === 'ScalingDisabled'));
  expect(await replicasOf('off')).toBe(0);
  await cluster.client.of(HorizontalPodAutoscalers).create(autoscaler('absent'));
  const missing = 'deployments.apps "absent" not found';
  await waitFor(async () => (await eventsOf('absent')).includes(`FailedGetScale ${missing}`));
  expect(await conditionsOf('absent')).toEqual([
    [
      'AbleToScale',
      'False',
      'FailedGetScale',
      `the HPA controller was unable to get the target's current scale: ${missing}`,
    ],
  ]);
});

test('use above the target scales up, and use below it scales down once it was low for long enough', async () => {
  await cluster.apiServer.serve(PodMetricsResource);
  await deploy('busy', 2);
  await measure('busy', '90m');
  await cluster.client.of(HorizontalPodAutoscalers).create(autoscaler('busy'));
  await waitFor(async () => (await replicasOf('busy')) === 4);
  await waitFor(async () => (await eventsOf('busy')).some((text) => text.startsWith('SuccessfulRescale')));
  expect(await eventsOf('busy')).toContain(
    'SuccessfulRescale New size: 4; reason: cpu resource utilization (percentage of request) above target',
  );
  await waitFor(async () => (await statusOf('busy'))?.currentMetrics?.[0]?.resource?.current.averageValue === '90m');
  expect((await statusOf('busy'))?.currentMetrics).toEqual([
    { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 90, averageValue: '90m' } } },
  ]);

  const before = clock.now();
  await waitFor(async () => (await podsOf('busy')).filter(({ status }) => status?.phase === 'Running').length === 4);
  await measure('busy', '10m');
  await waitFor(async () => (await replicasOf('busy')) === 2, { timeoutMs: 20_000 });
  expect(clock.now() - before).toBeGreaterThan(200_000);
  await waitFor(async () =>
    (await eventsOf('busy')).includes('SuccessfulRescale New size: 2; reason: All metrics below target'),
  );
});

const podsOf = async (name: string) =>
  (await cluster.client.of(Pods).list({ namespace, labelSelector: `app=${name}` })).items;

/** The resource metrics API, over objects that the test writes. */
const PodMetricsResource: ResourceDefinition<PodMetrics> = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  kind: 'PodMetrics',
  plural: 'pods',
  singular: 'pod',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: PodMetrics,
  strategy: {},
};

/** Writes that every pod of an app uses so much CPU. */
async function measure(app: string, cpu: string): Promise<void> {
  const metrics = cluster.client.of(PodMetricsResource);
  await metrics.deleteCollection({ namespace });
  // As if measured an hour from now: a young pod counts only when it was measured since it became ready.
  const timestamp = formatTime(clock.now() + 3_600_000);
  for (const { metadata } of await podsOf(app)) {
    const name = metadata?.name ?? '';
    const containers = [{ name: 'main', usage: { cpu, memory: '1Mi' } }];
    await metrics.create({ metadata: { name, namespace, labels: { app } }, timestamp, window: '30s', containers });
  }
}
