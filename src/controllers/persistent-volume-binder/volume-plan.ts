import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import { annotationOf, PROVISIONED_BY } from './annotations.ts';

/** What is to be done about a volume. */
export type VolumePlan =
  | { readonly do: 'phase'; readonly phase: 'Available' | 'Bound' }
  /** The claim's turn finishes the binding. */
  | { readonly do: 'claim' }
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
  if (!bound) return { do: 'claim' };
  if (bound === volume.metadata?.name) return { do: 'phase', phase: 'Bound' };
  const madeForIt = annotationOf(volume, PROVISIONED_BY) !== undefined;
  return { do: madeForIt && volume.spec?.persistentVolumeReclaimPolicy === 'Delete' ? 'reclaim' : 'unbind' };
}
