import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import { annotationOf, PROVISIONED_BY } from './annotations.ts';
import { sameMode } from './match-volume.ts';

/** What is to be done about a volume. */
export type VolumePlan =
  | { readonly do: 'phase'; readonly phase: 'Available' | 'Bound' }
  /** The claim's turn finishes the binding. */
  | { readonly do: 'claim' }
  /** Nothing can be: both are told that one is a file system and the other one a device. */
  | { readonly do: 'tell'; readonly volume: string; readonly claim: string }
  /** Nobody has it any more. */
  | { readonly do: 'reclaim' }
  /** Its claim got another one. */
  | { readonly do: 'unbind' };

/** `claim` is the one that the volume names, if there still is one of that name. */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumePlan {
  const reference = volume.spec?.claimRef;
  // Without a uid it is only reserved.
  if (!reference?.uid) return { do: 'phase', phase: 'Available' };
  if (claim === undefined || claim.metadata?.uid !== reference.uid) return { do: 'reclaim' };
  const bound = claim.spec?.volumeName;
  if (!bound) return sameMode(volume, claim) ? { do: 'claim' } : mismatched(volume, claim);
  if (bound === volume.metadata?.name) return { do: 'phase', phase: 'Bound' };
  const madeForIt = annotationOf(volume, PROVISIONED_BY) !== undefined;
  return { do: madeForIt && volume.spec?.persistentVolumeReclaimPolicy === 'Delete' ? 'reclaim' : 'unbind' };
}

const mismatched = (volume: PersistentVolume, claim: PersistentVolumeClaim): VolumePlan => ({
  do: 'tell',
  volume: `Cannot bind PersistentVolume to requested PersistentVolumeClaim ${JSON.stringify(claim.metadata?.name)} due to incompatible volumeMode.`,
  claim: `Cannot bind PersistentVolume ${JSON.stringify(volume.metadata?.name)} to requested PersistentVolumeClaim due to incompatible volumeMode.`,
});
