import { expect, test } from 'vitest';
import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { StorageClass } from '#api/storage/v1/storage-class.ts';
import { type ClaimPlan, planClaim } from './claim-plan.ts';

type VolumeSpec = NonNullable<PersistentVolume['spec']>;
const volume = (
  name: string,
  spec: Partial<VolumeSpec> & { readonly size?: string; readonly labels?: Record<string, string> } = {},
): PersistentVolume => {
  const { size = '5Gi', labels, ...rest } = spec;
  return {
    metadata: { name, ...(labels ? { labels } : {}) },
    spec: { capacity: { storage: size }, accessModes: ['ReadWriteOnce'], ...rest } as VolumeSpec,
    status: { phase: 'Available' },
  };
};
const claim = (
  spec: Partial<PersistentVolumeClaim['spec'] & object> = {},
  annotations: Record<string, string> = {},
): PersistentVolumeClaim => ({
  metadata: { name: 'data', namespace: 'default', uid: 'uid-1', annotations },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '2Gi' } },
    storageClassName: '',
    ...spec,
  },
});
const reference = (name: string, uid?: string) => ({ namespace: 'default', name, ...(uid ? { uid } : {}) });
const storageClass = (name: string, volumeBindingMode: 'Immediate' | 'WaitForFirstConsumer'): StorageClass => ({
  metadata: { name },
  provisioner: 'example.com/disks',
  volumeBindingMode,
});
const classes = [storageClass('fast', 'Immediate'), storageClass('late', 'WaitForFirstConsumer')];
const waiting: Pod = { metadata: { name: 'web' }, spec: { containers: [] } };
const completed = { 'pv.kubernetes.io/bind-completed': 'yes' };
const told = (reason: string, message: string, type = 'Normal') => ({ do: 'wait', told: { type, reason, message } });

const cases: readonly {
  readonly name: string;
  readonly claim: PersistentVolumeClaim;
  readonly volumes?: readonly PersistentVolume[];
  readonly pods?: readonly Pod[];
  readonly defaultClass?: StorageClass;
  readonly want: unknown;
}[] = [
  {
    name: 'the smallest volume that is large enough',
    claim: claim(),
    volumes: [volume('large'), volume('fits', { size: '3Gi' }), volume('small', { size: '1Gi' })],
    want: 'bind fits',
  },
  {
    name: 'a volume with fewer modes comes before a smaller one',
    claim: claim(),
    volumes: [volume('more', { size: '2Gi', accessModes: ['ReadWriteOnce', 'ReadWriteMany'] }), volume('fewer')],
    want: 'bind fewer',
  },
  {
    name: 'labels, class, mode and whether it is free decide',
    claim: claim({ selector: { matchLabels: { disk: 'ssd' } }, storageClassName: 'fast', volumeMode: 'Block' }),
    volumes: [
      volume('no-label', { storageClassName: 'fast', volumeMode: 'Block' }),
      volume('no-class', { labels: { disk: 'ssd' }, volumeMode: 'Block' }),
      volume('no-block', { labels: { disk: 'ssd' }, storageClassName: 'fast' }),
      { ...volume('not-free', { labels: { disk: 'ssd' }, storageClassName: 'fast', volumeMode: 'Block' }), status: {} },
      volume('this', { labels: { disk: 'ssd' }, storageClassName: 'fast', volumeMode: 'Block', size: '9Gi' }),
    ],
    want: 'bind this',
  },
  {
    name: 'a volume that is reserved for the claim, of whatever class',
    claim: claim(),
    volumes: [volume('free', { size: '2Gi' }), volume('mine', { claimRef: reference('data'), storageClassName: 'x' })],
    want: 'bind mine',
  },
  {
    name: 'a volume that is reserved for another claim is not free',
    claim: claim(),
    volumes: [
      volume('other', { claimRef: reference('other') }),
      volume('former', { claimRef: reference('data', 'old') }),
    ],
    want: told('FailedBinding', 'no persistent volumes available for this claim and no storage class is set'),
  },
  { name: 'none fits: one is made', claim: claim({ storageClassName: 'fast' }), want: { do: 'provision' } },
  {
    name: 'a late class waits for a pod',
    claim: claim({ storageClassName: 'late' }),
    volumes: [volume('free', { storageClassName: 'late' })],
    want: told('WaitForFirstConsumer', 'waiting for first consumer to be created before binding'),
  },
  {
    name: 'a late class waits for the pod to be scheduled',
    claim: claim({ storageClassName: 'late' }),
    pods: [waiting, { ...waiting, metadata: { name: 'api' } }],
    want: told('WaitForPodScheduled', 'waiting for pods api,web to be scheduled'),
  },
  {
    name: 'a late class with a node has a volume made',
    claim: claim({ storageClassName: 'late' }, { 'volume.kubernetes.io/selected-node': 'node-1' }),
    want: { do: 'provision' },
  },
  {
    name: 'a late class takes the volume that the scheduler reserved',
    claim: claim({ storageClassName: 'late' }),
    volumes: [volume('chosen', { storageClassName: 'late', claimRef: reference('data', 'uid-1') })],
    want: 'bind chosen',
  },
  {
    name: 'a claim without a word about classes gets the default one',
    claim: { ...claim(), spec: { accessModes: ['ReadWriteOnce'] } },
    defaultClass: storageClass('fast', 'Immediate'),
    want: { do: 'set-class', name: 'fast' },
  },
  {
    name: 'a claim that wants no class gets none',
    claim: claim(),
    defaultClass: storageClass('fast', 'Immediate'),
    want: told('FailedBinding', 'no persistent volumes available for this claim and no storage class is set'),
  },
  { name: 'a named volume that is not there yet', claim: claim({ volumeName: 'later' }), want: { do: 'wait' } },
  {
    name: 'a named volume is bound',
    claim: claim({ volumeName: 'mine' }),
    volumes: [volume('mine'), volume('smaller', { size: '2Gi' })],
    want: 'bind mine',
  },
  {
    name: 'a named volume is too small',
    claim: claim({ volumeName: 'small' }),
    volumes: [volume('small', { size: '1Gi' })],
    want: told('VolumeMismatch', 'Cannot bind to requested volume "small": requested PV is too small', 'Warning'),
  },
  {
    name: 'a named volume of another class',
    claim: claim({ volumeName: 'fast' }),
    volumes: [volume('fast', { storageClassName: 'fast' })],
    want: told('VolumeMismatch', 'Cannot bind to requested volume "fast": storageClassName does not match', 'Warning'),
  },
  {
    name: 'a named volume that another claim has',
    claim: claim({ volumeName: 'taken' }),
    volumes: [volume('taken', { claimRef: reference('other', 'uid-2') })],
    want: told('FailedBinding', 'volume "taken" already bound to a different claim.', 'Warning'),
  },
  {
    name: 'a bound claim whose volume forgot it is bound again',
    claim: claim({ volumeName: 'mine' }, completed),
    volumes: [volume('mine')],
    want: 'bind mine',
  },
  {
    name: 'a bound claim whose volume is gone is lost',
    claim: claim({ volumeName: 'gone' }, completed),
    want: 'lose ClaimLost Bound claim has lost its PersistentVolume. Data on the volume is lost!',
  },
  {
    name: 'a bound claim whose volume is another one’s is lost',
    claim: claim({ volumeName: 'taken' }, completed),
    volumes: [volume('taken', { claimRef: reference('other', 'uid-2') })],
    want: 'lose ClaimMisbound Two claims are bound to the same volume, this one is bound incorrectly',
  },
];

const shown = (plan: ClaimPlan): unknown => {
  if (plan.do === 'bind') return `bind ${plan.volume.metadata?.name}`;
  return plan.do === 'lose' ? `lose ${plan.told.reason} ${plan.told.message}` : plan;
};

test.each(cases)('$name', ({ claim, volumes = [], pods = [], defaultClass, want }) => {
  const plan = planClaim(claim, {
    volumes,
    volumeNamed: (name) => volumes.find(({ metadata }) => metadata?.name === name),
    classNamed: (name) => classes.find(({ metadata }) => metadata?.name === name),
    defaultClass,
    pods: () => pods,
  });
  expect(shown(plan)).toEqual(want);
});
