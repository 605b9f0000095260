import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';

/** The claim was bound once: from then on a volume that is gone is lost, not missing. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** The binding is this controller's doing, so that it may undo it. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** Who made a volume. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** Who shall make a claim's volume; external provisioners wait for it. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
/** The node of a claim's first pod, by the scheduler. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** Keeps a volume until what lies behind it is gone. */
export const VOLUME_FINALIZER = 'kubernetes.io/pv-controller';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

export const annotationOf = ({ metadata }: KubernetesObject, name: string): string | undefined =>
  metadata?.annotations?.[name];

/** The storage class of a claim; '' for none. */
export const claimClass = (claim: PersistentVolumeClaim): string =>
  annotationOf(claim, CLASS_ANNOTATION) ?? claim.spec?.storageClassName ?? '';

/** Whether a claim says of which class it is, and be it none. */
export const hasClass = (claim: PersistentVolumeClaim): boolean =>
  annotationOf(claim, CLASS_ANNOTATION) !== undefined || claim.spec?.storageClassName !== undefined;

/** The storage class of a volume; '' for none. */
export const volumeClass = (volume: PersistentVolume): string =>
  annotationOf(volume, CLASS_ANNOTATION) ?? volume.spec?.storageClassName ?? '';
