import type { Node } from '#api/core/v1/node.ts';
import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { matchesTerms } from '../../framework/node-affinity.ts';
import { CLASS_ANNOTATION, classOfClaim } from '../../framework/pod-claims.ts';
import { amountOf } from '../../state/pod-resources.ts';

const classOfVolume = ({ metadata, spec }: PersistentVolume): string =>
  metadata?.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '';

/** How much a claim asks for, in bytes. */
export const sizeOfClaim = ({ spec }: PersistentVolumeClaim): number =>
  amountOf('storage', (spec?.resources?.requests as Readonly<Record<string, string>> | undefined)?.['storage'] ?? '0');

const sizeOf = ({ spec }: PersistentVolume): number =>
  amountOf('storage', (spec?.capacity as Readonly<Record<string, string>> | undefined)?.['storage'] ?? '0');

/** Whether pods on a node can use a volume. */
export function isReachable({ spec }: PersistentVolume, node: Node): boolean {
  const required = spec?.nodeAffinity?.required;
  return !required || matchesTerms(node, required.nodeSelectorTerms ?? []);
}

/** The smallest volume that satisfies a claim on a node; one that waits for this claim goes first. */
export function smallestMatch(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  node: Node,
): PersistentVolume | undefined {
  let smallest: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (!couldHold(volume, claim)) continue;
    if (isReservedFor(volume, claim)) return isReachable(volume, node) ? volume : undefined;
    if (!isFree(volume) || !isOfKind(volume, claim) || !isReachable(volume, node)) continue;
    if (smallest === undefined || sizeOf(volume) < sizeOf(smallest)) smallest = volume;
  }
  return smallest;
}

const couldHold = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  volume.metadata?.deletionTimestamp === undefined &&
  (!volume.spec?.claimRef || isReservedFor(volume, claim)) &&
  sizeOf(volume) >= sizeOfClaim(claim) &&
  (volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem') &&
  (volume.spec?.volumeAttributesClassName ?? '') === (claim.spec?.volumeAttributesClassName ?? '');

const isReservedFor = ({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean =>
  spec?.claimRef?.name === metadata?.name &&
  spec?.claimRef?.namespace === metadata?.namespace &&
  (!spec?.claimRef?.uid || spec.claimRef.uid === metadata?.uid);

const isFree = ({ status }: PersistentVolume): boolean => status?.phase === 'Available';

const isOfKind = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  classOfVolume(volume) === classOfClaim(claim) &&
  (!claim.spec?.selector || selectorFromObject(claim.spec.selector).matches(volume.metadata?.labels ?? {})) &&
  (claim.spec?.accessModes ?? []).every((mode) => volume.spec?.accessModes?.includes(mode));
