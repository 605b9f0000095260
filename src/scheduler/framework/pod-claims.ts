import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { QueueingHint } from './plugin.ts';

/** A claim that a pod mounts. */
export interface MountedClaim {
  readonly namespace: string;
  readonly name: string;
  /** Whether it was made for this pod alone. */
  readonly isEphemeral: boolean;
}

/** The claims that a pod mounts, also those that are made for it. */
export function mountedClaims({ metadata, spec }: Pod): MountedClaim[] {
  const { namespace = '', name: podName = '' } = metadata ?? {};
  const claims: MountedClaim[] = [];
  for (const { name, persistentVolumeClaim, ephemeral } of spec?.volumes ?? []) {
    if (persistentVolumeClaim) claims.push({ namespace, name: persistentVolumeClaim.claimName, isEphemeral: false });
    else if (ephemeral) claims.push({ namespace, name: `${podName}-${name}`, isEphemeral: true });
  }
  return claims;
}

/** What named the storage class of claims and volumes before they had a field for it. */
export const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/** The storage class of a claim; '' when it has none. */
export const classOfClaim = ({ metadata, spec }: PersistentVolumeClaim): string =>
  metadata?.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '';

/** Whether a claim and its volume have found each other for good. */
export const isBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec?.volumeName) && metadata?.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined;

/** An event about a claim is news for pods that mount it. */
export const isOwnClaim: QueueingHint = ({ pod }, claim) =>
  mountedClaims(pod).some(
    ({ name, namespace }) => name === claim?.metadata?.name && namespace === claim?.metadata?.namespace,
  );
