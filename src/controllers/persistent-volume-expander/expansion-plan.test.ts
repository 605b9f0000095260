import { expect, test } from 'vitest';
import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import { planExpansion } from './expansion-plan.ts';

const claim = (wanted: string, has: string, phase: 'Bound' | 'Pending' = 'Bound'): PersistentVolumeClaim => ({
  metadata: { name: 'data', uid: 'a' },
  spec: { resources: { requests: { storage: wanted } } },
  status: { phase, capacity: { storage: has } },
});
const volume = (by: string, spec: object = { hostPath: { path: '/x' } }, uid = 'a'): PersistentVolume =>
  ({
    metadata: { name: 'disk', annotations: { 'pv.kubernetes.io/provisioned-by': by } },
    spec: { claimRef: { uid }, ...spec },
  }) as PersistentVolume;
const message = 'waiting for an external controller to expand this PVC';

test.each([
  ['as large as wanted', claim('1Gi', '1Gi'), volume('own'), { do: 'nothing' }],
  ['larger than wanted', claim('1Gi', '2Gi'), volume('own'), { do: 'nothing' }],
  ['not bound', claim('2Gi', '1Gi', 'Pending'), volume('own'), { do: 'nothing' }],
  ['bound to another one', claim('2Gi', '1Gi'), volume('own', {}, 'b'), { do: 'nothing' }],
  ['smaller than wanted', claim('2Gi', '1Gi'), volume('own'), { do: 'grow', size: '2Gi' }],
  ['of a driver', claim('2Gi', '1Gi'), volume('x', { csi: {} }), { do: 'tell', type: 'Normal', message }],
  ['of nobody', claim('2Gi', '1Gi'), volume('x'), { do: 'tell', type: 'Warning', message }],
])('%s', (_, of, on, want) => {
  expect(planExpansion(of, on, 'own')).toEqual(want);
});
