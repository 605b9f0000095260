import { expect, test } from 'vitest';
import type { MetricSpec } from '#api/autoscaling/v2/metric-spec.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { MetricEvaluator } from './metric-evaluator.ts';
import type { MetricsClient } from './metrics-client.ts';

const POD = {
  metadata: { name: 'a' },
  spec: { containers: [{ name: 'c', resources: { requests: { memory: '1Gi', cpu: '1' } } }] },
  status: { phase: 'Running' },
} as Pod;
const WORKLOAD = {
  namespace: 'default',
  specReplicas: 1,
  statusReplicas: 1,
  selector: selectorFromObject({}),
  pods: [POD],
  tolerances: { up: 0.1, down: 0.1 },
  now: 0,
};
const measuring = (milli: number) =>
  new MetricEvaluator(
    {
      resource: async () => new Map([['a', { value: milli, timestamp: 0, windowMs: 0 }]]),
      object: () => Promise.reject(new Error('oh no')),
    } as unknown as MetricsClient,
    () => 'services',
  );
const resource = (name: string): MetricSpec =>
  ({ type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization: 50 } } }) as MetricSpec;

test.each([
  ['memory', 512 * 2 ** 20 * 1000, '512Mi'],
  ['memory', 1_000_000_000, '1000000'],
  ['memory', 1500, '1500m'],
  ['example.com/thing', 2_000_000, '2k'],
])('use of %s is told with the suffixes it is measured with', async (name, milli, want) => {
  const target = { type: 'AverageValue', averageValue: '1' };
  const answer = await measuring(milli).evaluate(
    { type: 'Resource', resource: { name, target } } as MetricSpec,
    WORKLOAD,
  );
  expect(answer).toMatchObject({ status: { resource: { current: { averageValue: want } } } });
});

test('use in percent is told as an amount, too', async () => {
  expect(await measuring(2 ** 30 * 500).evaluate(resource('memory'), WORKLOAD)).toMatchObject({
    status: { resource: { current: { averageUtilization: 50, averageValue: '512Mi' } } },
  });
});

test.each([
  ['Value', ''],
  ['AverageValue', 'failed to get hits object metric: '],
])('an object that is not measured is named, with a target of type %s', async (type, prefix) => {
  const describedObject = { kind: 'Service', name: 'web', apiVersion: 'v1' };
  const target = { type, ...(type === 'Value' ? { value: '1' } : { averageValue: '1' }) };
  const spec = {
    type: 'Object',
    object: { metric: { name: 'hits' }, target, describedObject },
  } as unknown as MetricSpec;
  const message = `${prefix}unable to get metric hits: oh no on Service default/web`;
  expect(await measuring(0).evaluate(spec, WORKLOAD)).toMatchObject({ reason: 'FailedGetObjectMetric', message });
});
