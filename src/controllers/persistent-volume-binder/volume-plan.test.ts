import { expect, test } from 'vitest';
import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import { planVolume } from './volume-plan.ts';

const volume = (
  uid: string | undefined,
  { policy = 'Retain', made = false }: { readonly policy?: string; readonly made?: boolean } = {},
): PersistentVolume =>
  ({
    metadata: {
      name: 'disk',
      ...(made ? { annotations: { 'pv.kubernetes.io/provisioned-by': 'example.com/x' } } : {}),
    },
    spec: {
      persistentVolumeReclaimPolicy: policy,
      claimRef: { namespace: 'default', name: 'data', ...(uid ? { uid } : {}) },
    },
  }) as PersistentVolume;
const claim = (uid: string, volumeName?: string): PersistentVolumeClaim => ({
  metadata: { name: 'data', namespace: 'default', uid },
  spec: volumeName ? { volumeName } : {},
});

test.each([
  ['nobody has it', { metadata: { name: 'disk' } }, undefined, { do: 'phase', phase: 'Available' }],
  ['it is reserved', volume(undefined), claim('a'), { do: 'phase', phase: 'Available' }],
  ['its claim is gone', volume('a'), undefined, { do: 'reclaim' }],
  ['another claim of that name is there now', volume('a'), claim('b'), { do: 'reclaim' }],
  ['its claim does not know yet', volume('a'), claim('a'), { do: 'claim' }],
  [
    'its claim wants a device, which it is not',
    volume('a'),
    { ...claim('a'), spec: { volumeMode: 'Block' } },
    {
      do: 'tell',
      volume: 'Cannot bind PersistentVolume to requested PersistentVolumeClaim "data" due to incompatible volumeMode.',
      claim: 'Cannot bind PersistentVolume "disk" to requested PersistentVolumeClaim due to incompatible volumeMode.',
    },
  ],
  ['its claim has it', volume('a'), claim('a', 'disk'), { do: 'phase', phase: 'Bound' }],
  ['its claim has another one', volume('a'), claim('a', 'other'), { do: 'unbind' }],
  [
    'its claim has another one, and it was made for it',
    volume('a', { policy: 'Delete', made: true }),
    claim('a', 'other'),
    { do: 'reclaim' },
  ],
])('%s', (_, object, of, want) => {
  expect(planVolume(object as PersistentVolume, of)).toEqual(want);
});
