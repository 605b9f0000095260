import type { StatefulSet } from '#api/apps/v1/stateful-set.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { newControllerReference } from '#controller/owner-references.ts';
import { isWanted } from './stateful-pod.ts';

type Owners = NonNullable<NonNullable<PersistentVolumeClaim['metadata']>['ownerReferences']>;

const SET = { apiVersion: 'apps/v1', kind: 'StatefulSet' };
const POD = { apiVersion: 'v1', kind: 'Pod' };

/**
 * Who is to own a pod's claim, by what its set says of claims when pods are scaled away and when the set is deleted: a
 * claim goes with its owner. Undefined when the claim has them, or when somebody else controls it.
 */
export function claimOwners(set: StatefulSet, pod: Pod, claim: PersistentVolumeClaim): Owners | undefined {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const goesWithPod = whenScaled === 'Delete' && !isWanted(set, pod);
  const goesWithSet = whenDeleted === 'Delete' && !goesWithPod;
  const old = claim.metadata?.ownerReferences ?? [];
  const others = old.filter(({ uid }) => uid !== set.metadata?.uid && uid !== pod.metadata?.uid);
  if (others.some(({ controller }) => controller)) return undefined;
  const has = (uid: string | undefined) => old.some((one) => one.uid === uid && one.controller);
  if (has(pod.metadata?.uid) === goesWithPod && has(set.metadata?.uid) === goesWithSet) return undefined;
  return [
    ...others,
    ...(goesWithSet ? [newControllerReference(set, SET)] : []),
    ...(goesWithPod ? [newControllerReference(pod, POD)] : []),
  ];
}

/** Whether a claim still goes with a former pod of the name: another pod must not use it. */
export const isOfFormerPod = ({ metadata }: PersistentVolumeClaim, podName: string): boolean =>
  (metadata?.ownerReferences ?? []).some(({ kind, name }) => kind === 'Pod' && name === podName);
