import { expect, test } from 'vitest';
import type { StatefulSet } from '#api/apps/v1/stateful-set.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { claimOwners, isOfFormerPod } from './claim-owners.ts';

type Policy = 'Retain' | 'Delete';
const set = (whenDeleted: Policy, whenScaled: Policy): StatefulSet => ({
  metadata: { name: 'web', uid: 'set' },
  spec: {
    replicas: 2,
    ordinals: { start: 1 },
    selector: {},
    template: {},
    persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
  },
});
const pod = (ordinal: number): Pod => ({ metadata: { name: `web-${ordinal}`, uid: 'pod' } });
const owner = (uid: string, controller = true) => ({ apiVersion: 'v1', kind: 'Any', name: uid, uid, controller });
const claim = (...owners: readonly ReturnType<typeof owner>[]): PersistentVolumeClaim =>
  ({ metadata: { name: 'data', ownerReferences: owners } }) as PersistentVolumeClaim;

test.each([
  ['kept, it has none', set('Retain', 'Retain'), pod(1), claim(), undefined],
  ['kept, what it had goes', set('Retain', 'Retain'), pod(1), claim(owner('set')), []],
  ['it goes with the set', set('Delete', 'Retain'), pod(1), claim(), ['set']],
  ['also that of a pod scaled away', set('Delete', 'Retain'), pod(3), claim(owner('pod')), ['set']],
  ['it goes with a pod scaled away', set('Retain', 'Delete'), pod(3), claim(), ['pod']],
  ['one below the first, too', set('Retain', 'Delete'), pod(0), claim(), ['pod']],
  ['not with a wanted one', set('Retain', 'Delete'), pod(2), claim(owner('pod')), []],
  ['with the pod, no longer with the set', set('Delete', 'Delete'), pod(3), claim(owner('set')), ['pod']],
  ['and back', set('Delete', 'Delete'), pod(1), claim(owner('pod')), ['set']],
  ['others stay', set('Delete', 'Retain'), pod(1), claim(owner('other', false)), ['other', 'set']],
  ['another controller is left alone', set('Delete', 'Retain'), pod(1), claim(owner('other')), undefined],
] as const)('owners of a claim: %s', (_, of, its, found, want) => {
  expect(claimOwners(of, its, found)?.map(({ uid }) => uid)).toEqual(want);
});

test('a claim of a former pod of the name is not for another', () => {
  const stale = { metadata: { ownerReferences: [{ ...owner('gone'), kind: 'Pod', name: 'web-1' }] } };
  expect([isOfFormerPod(stale, 'web-1'), isOfFormerPod(stale, 'web-2')]).toEqual([true, false]);
});
