import { expect, test } from 'vitest';
import { secondsToStay } from './toleration.ts';

const taint = { key: 'a', value: '5', effect: 'NoExecute' };

test.each([
  ['without toleration a pod goes at once', [taint], [], 0],
  ['without taints it stays', [], [], undefined],
  ['an endless toleration lets it stay', [taint], [{ key: 'a', operator: 'Exists' }], undefined],
  ['a toleration of everything lets it stay', [taint], [{ operator: 'Exists' }], undefined],
  ['a time holds', [taint], [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 }], 30],
  [
    'the shortest time holds',
    [taint],
    [
      { operator: 'Exists', tolerationSeconds: 30 },
      { key: 'a', value: '5', tolerationSeconds: 10 },
    ],
    10,
  ],
  ['a negative time is none', [taint], [{ operator: 'Exists', tolerationSeconds: -1 }], 0],
  ['another value does not cover', [taint], [{ key: 'a', value: '6' }], 0],
  ['another effect does not cover', [taint], [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }], 0],
  ['every taint must be covered', [taint, { key: 'b', effect: 'NoExecute' }], [{ key: 'a', operator: 'Exists' }], 0],
  ['a greater number covers', [taint], [{ key: 'a', operator: 'Gt', value: '4' }], undefined],
  ['a lesser number does not', [taint], [{ key: 'a', operator: 'Lt', value: '4' }], 0],
] as const)('%s', (_, taints, tolerations, want) => {
  expect(secondsToStay(taints, tolerations)).toBe(want);
});
