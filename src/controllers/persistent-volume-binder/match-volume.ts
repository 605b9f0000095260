import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { Quantity } from '#machinery/quantity/quantity.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { claimClass, volumeClass } from './annotations.ts';

/** Whether a volume names this claim, or one of its name whose uid is not known yet. */
export function refersTo({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const reference = spec?.claimRef;
  if (reference === undefined) return false;
  const same = reference.name === metadata?.name && reference.namespace === metadata?.namespace;
  return same && (!reference.uid || reference.uid === metadata?.uid);
}

const capacityOf = ({ spec }: PersistentVolume): Quantity => parseQuantity(spec?.capacity?.['storage'] ?? '0');
const requestOf = ({ spec }: PersistentVolumeClaim): Quantity =>
  parseQuantity(spec?.resources?.requests?.['storage'] ?? '0');
const modeOf = ({ spec }: PersistentVolume | PersistentVolumeClaim): string => spec?.volumeMode ?? 'Filesystem';
export const sameMode = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  modeOf(volume) === modeOf(claim);
const hasModes = ({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (claim.spec?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode));

/** Why a volume will not do for a claim that asks for it by name; undefined when it will. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (capacityOf(volume).compare(requestOf(claim)) < 0) return 'requested PV is too small';
  if (volumeClass(volume) !== claimClass(claim)) return 'storageClassName does not match';
  if (!sameMode(volume, claim)) return 'incompatible volumeMode';
  if (!sameAttributes(volume, claim)) return 'VolumeAttributesClass does not match';
  if (!hasModes(volume, claim)) return 'incompatible accessMode';
  return undefined;
}

const sameAttributes = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (volume.spec?.volumeAttributesClassName ?? '') === (claim.spec?.volumeAttributesClassName ?? '');

/**
 * The volume that fits a claim best: one reserved for it, otherwise of those with the fewest access modes the smallest.
 * `delayed` leaves the choice among free volumes to the scheduler.
 */
export function bestMatch(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  { delayed }: { readonly delayed: boolean },
): PersistentVolume | undefined {
  const request = requestOf(claim);
  const fitting = volumes.filter(
    (volume) =>
      hasModes(volume, claim) &&
      sameMode(volume, claim) &&
      sameAttributes(volume, claim) &&
      volume.metadata?.deletionTimestamp === undefined &&
      capacityOf(volume).compare(request) >= 0,
  );
  const reserved = fitting.filter((volume) => refersTo(volume, claim)).sort(byModesAndSize)[0];
  if (reserved !== undefined || delayed) return reserved;
  const selector = claim.spec?.selector && selectorFromObject(claim.spec.selector);
  return fitting
    .filter(({ spec, status }) => spec?.claimRef === undefined && status?.phase === 'Available')
    .filter((volume) => volumeClass(volume) === claimClass(claim))
    .filter(({ metadata }) => selector === undefined || selector.matches(metadata?.labels ?? {}))
    .sort(byModesAndSize)[0];
}

const byModesAndSize = (a: PersistentVolume, b: PersistentVolume): number =>
  (a.spec?.accessModes?.length ?? 0) - (b.spec?.accessModes?.length ?? 0) || capacityOf(a).compare(capacityOf(b));
