import { expect, test } from 'vitest';
import { Client } from '#client/client.ts';
import type { ClientRequest, Transport } from '#client/transport.ts';
import { newGenericNotFound } from '#machinery/errors/status-error.ts';
import { MetricsClient } from './metrics-client.ts';

/** A server that serves some paths of the metrics APIs. */
function serverOf(answers: Readonly<Record<string, unknown>>): { client: MetricsClient; paths: string[] } {
  const paths: string[] = [];
  const transport: Transport = {
    async request({ group, version, namespace, resource, name, subresource, query }: ClientRequest) {
      const path = [group, version, namespace, resource, name, subresource].filter(Boolean).join('/');
      paths.push(`${path}?${new URLSearchParams(query)}`);
      if (answers[path] === undefined) throw newGenericNotFound();
      return answers[path];
    },
    watch: async () => {},
    close: async () => {},
  };
  return { client: new MetricsClient(new Client(transport)), paths };
}
const at = { namespace: 'default', selector: 'app=web' };
const timestamp = '2026-01-01T00:00:00Z';

test('custom metrics of pods are read by name', async () => {
  const { client, paths } = serverOf({
    'custom.metrics.k8s.io/v1beta2/default/pods/*/hits': {
      items: [
        { describedObject: { name: 'a' }, timestamp, value: '1500m' },
        { describedObject: { name: 'b' }, timestamp, windowSeconds: 30, value: '2' },
      ],
    },
  });
  const time = Date.parse(timestamp);
  expect([...(await client.pods('hits', at, 'kind=get'))]).toEqual([
    ['a', { value: 1500, timestamp: time, windowMs: 60_000 }],
    ['b', { value: 2000, timestamp: time, windowMs: 30_000 }],
  ]);
  expect(paths).toEqual([
    'custom.metrics.k8s.io/v1beta2/default/pods/*/hits?labelSelector=app%3Dweb&metricLabelSelector=kind%3Dget',
  ]);
});

test('a metric of one object, and of the namespace itself', async () => {
  const { client } = serverOf({
    'custom.metrics.k8s.io/v1beta2/default/ingresses.networking.k8s.io/main/hits': { items: [{ value: '10k' }] },
    'custom.metrics.k8s.io/v1beta2/namespaces/default/hits': { items: [{ value: '3' }] },
  });
  const object = (resource: string, name: string) => ({
    resource,
    reference: { kind: '', name },
    namespace: 'default',
  });
  expect(await client.object('hits', object('ingresses.networking.k8s.io', 'main'), '')).toBe(10_000_000);
  expect(await client.object('hits', object('namespaces', 'elsewhere'), '')).toBe(3000);
});

test('every value of an external metric', async () => {
  const path = 'external.metrics.k8s.io/v1beta1/default/queue';
  const { client } = serverOf({ [path]: { items: [{ value: '1' }, { value: '500m' }] } });
  expect(await client.external('queue', 'default', 'name=jobs')).toEqual([1000, 500]);
});

test('a container that was not measured is told of, a pod measured in part is left out', async () => {
  const measured = (name: string, usage: object) => ({ name, usage });
  const item = (name: string, ...containers: object[]) => ({
    metadata: { name, namespace: 'default' },
    timestamp,
    window: '30s',
    containers,
  });
  const { client } = serverOf({
    'metrics.k8s.io/v1beta1/default/pods': {
      items: [
        item('a', measured('main', { cpu: '10m' }), measured('side', { cpu: '5m' })),
        item('b', measured('main', { cpu: '1' }), measured('side', {})),
      ],
    },
  });
  const values = async (container?: string) =>
    [...(await client.resource('cpu', at, container))].map(([name, { value }]) => [name, value]);
  expect([await values(), await values('main')]).toEqual([
    [['a', 15]],
    [
      ['a', 10],
      ['b', 1000],
    ],
  ]);
  expect(await values('other')).toEqual([]);
});

test('APIs that are not there', async () => {
  const { client } = serverOf({});
  await expect(client.pods('hits', at, '')).rejects.toThrow(
    'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
  );
  await expect(client.external('queue', 'default', '')).rejects.toThrow(
    'unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io)',
  );
});
