import { expect, test } from 'vitest';
import { createErrors } from '#api/testing/defaulted.ts';
import { HorizontalPodAutoscalers } from './horizontal-pod-autoscaler.ts';

const scaleTargetRef = { kind: 'Deployment', name: 'a' };
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
    [
      'spec.metrics[0].resource: Forbidden: must populate the given metric source only',
      'spec.metrics[0].pods: Required value: must populate information for the given metric source',
    ],
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
