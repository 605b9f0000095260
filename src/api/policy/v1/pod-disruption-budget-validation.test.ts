import { expect, test } from 'vitest';
import { createErrors } from '#api/testing/defaulted.ts';
import { PodDisruptionBudgets } from './pod-disruption-budget.ts';

test.each<[string, object, string[]]>([
  ['that is well', { minAvailable: '50%' }, []],
  [
    'with both limits',
    { minAvailable: 1, maxUnavailable: '200%' },
    [
      'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":"200%","UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
      'spec.maxUnavailable: Invalid value: "200%": must not be greater than 100%',
    ],
  ],
  [
    'below nothing',
    { minAvailable: -1, unhealthyPodEvictionPolicy: 'Never' },
    [
      'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0',
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ],
  ],
])('a budget %s', (_, spec, expected) => {
  expect(createErrors(PodDisruptionBudgets, { metadata: { name: 'a', namespace: 'b' }, spec })).toEqual(expected);
});
