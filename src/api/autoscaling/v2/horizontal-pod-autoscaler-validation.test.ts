import { expect, test } from 'vitest';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { HorizontalPodAutoscalersV1 } from '../v1/horizontal-pod-autoscaler.ts';
import { HorizontalPodAutoscalers } from './horizontal-pod-autoscaler.ts';

const twice = (text: string) => [text, text];
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const scaleTargetRef = { kind: 'Deployment', name: 'a', apiVersion: 'apps/v1' };
const metric = (target: object) => ({ metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] });

test.each<[string, object, string[]]>([
  ['that is well', {}, []],
  [
    'with limits that cross',
    { minReplicas: 5, maxReplicas: 3 },
    ['spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`'],
  ],
  [
    'of nothing',
    { scaleTargetRef: {}, maxReplicas: 0, minReplicas: 0 },
    [
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.maxReplicas: Required value: must be set and greater than 0',
      'spec.scaleTargetRef.kind: Required value',
      'spec.scaleTargetRef.name: Required value',
      'spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
    ],
  ],
  [
    'that aims at nothing',
    metric({ type: 'Utilization' }),
    [
      'spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization',
    ],
  ],
  [
    'with a metric of another type',
    { metrics: [{ type: 'Pods', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 5 } } }] },
    ['spec.metrics[0].pods: Required value: must populate information for the given metric source'],
  ],
  [
    'with metrics of no type and of an unknown one, and one of two sources',
    {
      metrics: [
        {},
        { type: 'Luck', pods: { metric: { name: 'a/b' }, target: { type: '', averageValue: '-1' } } },
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Value' } },
          external: { metric: { name: '' }, target: { type: 'Value', value: '1', averageValue: '1' } },
        },
      ],
    },
    [
      'spec.metrics[0].type: Required value: must specify a metric source type',
      ...twice(
        'spec.metrics[0].type: Unsupported value: "": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      ),
      'spec.metrics[1].type: Unsupported value: "Luck": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      'spec.metrics[1].pods.metric.name: Invalid value: "a/b": may not contain \'/\'',
      'spec.metrics[1].pods.target.type: Required value: must specify a metric target type',
      'spec.metrics[1].pods.target.type: Invalid value: "": must be either Utilization, Value, or AverageValue',
      'spec.metrics[1].pods.target.averageValue: Invalid value: "-1": must be positive',
      'spec.metrics[1].type: Unsupported value: "Luck": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      'spec.metrics[2].external.metric.name: Required value: must specify a metric name',
      'spec.metrics[2].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target',
      'spec.metrics[2].external: Forbidden: must populate the given metric source only',
    ],
  ],
  [
    'with a metric of a container',
    {
      metrics: [
        {
          type: 'ContainerResource',
          containerResource: {
            name: 'gold',
            container: 'A',
            target: { type: 'Utilization', averageUtilization: 0, averageValue: '1' },
          },
        },
      ],
    },
    [
      'spec.metrics[0].containerResource.name: Invalid value: "gold": must be a standard resource type or fully qualified',
      'spec.metrics[0].containerResource.name: Invalid value: "gold": must be a standard resource for containers',
      `spec.metrics[0].containerResource.container: Invalid value: "A": ${LABEL}`,
      'spec.metrics[0].containerResource.target.averageUtilization: Invalid value: 0: must be greater than 0',
      'spec.metrics[0].containerResource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization',
    ],
  ],
  ['of pods of old', { scaleTargetRef: { kind: 'ReplicationController', name: 'a', apiVersion: 'v1' } }, []],
  [
    'of what has no group',
    { scaleTargetRef: { kind: 'Deployment', name: 'a', apiVersion: 'v1' } },
    ['spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group'],
  ],
  [
    'that looks at an object of no version',
    {
      metrics: ['v1', 'a/b/c'].map((apiVersion) => ({
        type: 'Object',
        object: {
          describedObject: { kind: 'Service', name: 's', apiVersion },
          metric: { name: 'm' },
          target: { type: 'Value', value: '1' },
        },
      })),
    },
    [
      'spec.metrics[1].object.describedObject.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
    ],
  ],
  [
    'that puts up with less than nothing',
    { behavior: { scaleUp: { tolerance: '-1' } } },
    ['spec.behavior.scaleUp.tolerance: Invalid value: "-1": must be greater than or equal to 0'],
  ],
  [
    'that waits too long',
    { behavior: { scaleDown: { stabilizationWindowSeconds: 4000 } } },
    ['spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600'],
  ],
])('an autoscaler %s', (_, spec, expected) => {
  const object = { metadata: { name: 'a', namespace: 'b' }, spec: { scaleTargetRef, maxReplicas: 3, ...spec } };
  expect(createErrors(HorizontalPodAutoscalers, object)).toEqual(expected);
});

test('an autoscaler may keep a target that was accepted without a group', () => {
  const of = (spec: object) => ({ metadata: { name: 'a', namespace: 'b' }, spec: { maxReplicas: 3, ...spec } });
  const bare = { kind: 'Deployment', name: 'a' };
  expect(updateErrors(HorizontalPodAutoscalers, of({ scaleTargetRef: bare }), of({ scaleTargetRef: bare }))).toEqual(
    [],
  );
  expect(
    updateErrors(HorizontalPodAutoscalers, of({ scaleTargetRef }), of({ scaleTargetRef: { ...bare, name: 'c' } })),
  ).toEqual(['spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group']);
});

test('an autoscaler of v1 is judged as it is stored, what its annotations carry included', () => {
  const annotations = {
    'autoscaling.alpha.kubernetes.io/metrics': '[{"type":"Pods","pods":{"metricName":"","targetAverageValue":"0"}}]',
    'autoscaling.alpha.kubernetes.io/behavior': '{"scaleup":{"stabilizationWindowSeconds":-5}}',
  };
  const spec = { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 0 };
  const object = { metadata: { name: 'a', namespace: 'b', annotations }, spec };
  expect(createErrors(HorizontalPodAutoscalersV1, object)).toEqual([
    'spec.metrics[0].pods.metric.name: Required value: must specify a metric name',
    'spec.metrics[0].pods.target.averageValue: Invalid value: "0": must be positive',
    'spec.metrics[1].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
    'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: -5: must be greater than or equal to zero',
    'spec.behavior.scaleUp.policies: Required value: must specify at least one Policy',
  ]);
});
