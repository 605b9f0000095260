import { expect, test } from 'vitest';
import { podWarnings } from './pod-warnings.ts';

test('what is odd is said', () => {
  const warnings = podWarnings({
    spec: {
      nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
      containers: [
        {
          name: 'c',
          env: [{ name: 'A' }, { name: 'A' }],
          resources: { limits: { memory: '100m' }, requests: { memory: '1Mi' } },
        },
      ],
    },
  });
  expect(warnings).toEqual([
    'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
    'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
  ]);
});
