import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { HorizontalPodAutoscalers } from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import type { MetricSpec } from '#api/autoscaling/v2/metric-spec.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { pathOf } from '#client/request-url.ts';
import type { ClientRequest, Transport } from '#client/transport.ts';
import { createControllerManager } from '#cluster/controller-manager.ts';
import { type Status, StatusError } from '#machinery/errors/status-error.ts';
import { Cluster } from '#testing/cluster.ts';
import { FastClock } from '#testing/fast-clock.ts';
import { waitFor } from '#testing/wait-for.ts';

const namespace = 'default';
const clock = new FastClock();
const asked: string[] = [];
let cluster: Cluster;
let server: Server;

/** What an adapter of a monitoring system serves: two metrics, and of anything else it knows nothing. */
async function answer(path: string, query: URLSearchParams): Promise<object | undefined> {
  asked.push(path);
  const timestamp = new Date(clock.now()).toISOString();
  if (path === '/apis/external.metrics.k8s.io/v1beta1/namespaces/default/queue_length') {
    const items = [20, 15].map((value) => ({ metricName: 'queue_length', timestamp, value: String(value) }));
    return { kind: 'ExternalMetricValueList', apiVersion: 'external.metrics.k8s.io/v1beta1', items };
  }
  if (path !== '/apis/custom.metrics.k8s.io/v1beta2/namespaces/default/pods/*/hits') return undefined;
  const { items: pods } = await cluster.client
    .of(Pods)
    .list({ namespace, labelSelector: query.get('labelSelector') ?? '' });
  const items = pods.map(({ metadata }) => ({
    describedObject: { kind: 'Pod', namespace, name: metadata?.name, apiVersion: '/v1' },
    metric: { name: 'hits', selector: null },
    timestamp,
    value: '30',
  }));
  return { kind: 'MetricValueList', apiVersion: 'custom.metrics.k8s.io/v1beta2', items };
}

/** Leads calls for these APIs to the adapter, as the API server would. */
const served = (inner: Transport): Transport => ({
  async request(request: ClientRequest) {
    if (!/^(custom|external)\.metrics\.k8s\.io$/.test(request.group)) return inner.request(request);
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${pathOf(request)}`);
    const body = await response.json();
    if (!response.ok) throw new StatusError(body as Status);
    return body;
  },
  watch: (request, listener, signal) => inner.watch(request, listener, signal),
  close: () => inner.close(),
});

beforeAll(async () => {
  server = createServer(async ({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const body = await answer(pathname, searchParams);
    const missing = { code: 404, reason: 'NotFound', message: `no values for ${pathname.split('/').at(-1)}` };
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', ...missing }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cluster = await Cluster.start({ clock, controllers: false, simulatedNodes: 1 });
  const { environment } = cluster;
  const apiServer = new Proxy(environment.apiServer, {
    get(target, name) {
      if (name === 'transport') return (user: Parameters<typeof target.transport>[0]) => served(target.transport(user));
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  cluster.run(createControllerManager({ ...environment, apiServer }));
});
afterAll(async () => {
  await cluster.stop();
  server.close();
  clock.stop();
});

async function autoscale(name: string, metric: MetricSpec): Promise<void> {
  const selector = { matchLabels: { app: name } };
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } };
  await cluster.client.of(Deployments).create({ metadata: { name, namespace }, spec: { selector, template } });
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
  await cluster.client
    .of(HorizontalPodAutoscalers)
    .create({ metadata: { name, namespace }, spec: { scaleTargetRef, maxReplicas: 6, metrics: [metric] } });
}

const statusOf = async (name: string) =>
  (await cluster.client.of(HorizontalPodAutoscalers).get(name, { namespace })).status;
const conditionsOf = async (name: string) =>
  ((await statusOf(name))?.conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`);

test('an external metric scales by its share for each replica', async () => {
  const metric = { name: 'queue_length', selector: { matchLabels: { queue: 'jobs' } } };
  await autoscale('worker', {
    type: 'External',
    external: { metric, target: { type: 'AverageValue', averageValue: '10' } },
  });
  const status = await waitFor(async () => {
    const found = await statusOf('worker');
    return (
      found?.currentReplicas === 4 && found.currentMetrics?.[0]?.external?.current.averageValue === '8750m' && found
    );
  });
  expect(status.desiredReplicas).toBe(4);
  expect(asked).toContain('/apis/external.metrics.k8s.io/v1beta1/namespaces/default/queue_length');
});

test('a custom metric of pods scales until their average is right, or no more may be', async () => {
  const target = { type: 'AverageValue', averageValue: '10' } as const;
  await autoscale('front', { type: 'Pods', pods: { metric: { name: 'hits' }, target } });
  await waitFor(async () => (await statusOf('front'))?.currentReplicas === 6);
  await waitFor(async () => (await conditionsOf('front')).includes('ScalingLimited True TooManyReplicas'));
  expect((await statusOf('front'))?.currentMetrics?.[0]?.pods?.current).toEqual({ averageValue: '30' });
});

test('a metric that nobody knows leaves everything as it is', async () => {
  const target = { type: 'Value', value: '1' } as const;
  await autoscale('lost', { type: 'External', external: { metric: { name: 'moon_phase' }, target } });
  await waitFor(async () => (await conditionsOf('lost')).includes('ScalingActive False FailedGetExternalMetric'));
  const { message } = (await statusOf('lost'))?.conditions?.find(({ type }) => type === 'ScalingActive') ?? {};
  expect(message).toBe(
    'the HPA was unable to compute the replica count: failed to get external metric moon_phase: unable to get external ' +
      'metric default/moon_phase/nil: unable to fetch metrics from external metrics API: no values for moon_phase',
  );
  expect((await cluster.client.of(Deployments).get('lost', { namespace })).spec?.replicas).toBe(1);
});
