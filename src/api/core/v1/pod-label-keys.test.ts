import { expect, test } from 'vitest';
import { defaulted, NOW } from '#api/testing/defaulted.ts';
import { type Pod, Pods } from './pod.ts';

test('a new pod writes the values of its labels into the selectors that name their keys', () => {
  const labelSelector = { matchLabels: { app: 'a' } };
  const pod = defaulted<Pod>(Pods, {
    metadata: { name: 'a', namespace: 'b', labels: { app: 'a', hash: '1', tenant: 't' } },
    spec: {
      containers: [{ name: 'c', image: 'x' }],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { labelSelector, topologyKey: 'k', matchLabelKeys: ['hash', 'unknown'], mismatchLabelKeys: ['tenant'] },
          ],
        },
      },
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'k', whenUnsatisfiable: 'DoNotSchedule', labelSelector, matchLabelKeys: ['hash'] },
        { maxSkew: 1, topologyKey: 'l', whenUnsatisfiable: 'DoNotSchedule' },
      ],
    },
  });
  Pods.strategy.prepareForCreate?.(pod, NOW);
  const byHash = { key: 'hash', operator: 'In', values: ['1'] };
  const term = pod.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.[0];
  expect(term?.labelSelector?.matchExpressions).toEqual([byHash, { key: 'tenant', operator: 'NotIn', values: ['t'] }]);
  expect(pod.spec?.topologySpreadConstraints?.map((each) => each.labelSelector?.matchExpressions)).toEqual([
    [byHash],
    undefined,
  ]);
});
