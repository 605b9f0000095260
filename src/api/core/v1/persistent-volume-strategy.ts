import type { Strategy } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { PersistentVolume } from './persistent-volume.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './persistent-volume-validation.ts';
import { persistentVolumeWarnings } from './persistent-volume-warnings.ts';

export const persistentVolumeStrategy: Strategy<PersistentVolume> = {
  returnsDeletedObject: true,
  validate: validatePersistentVolume,
  validateUpdate: validatePersistentVolumeUpdate,
  warn: (volume) => persistentVolumeWarnings(volume),
  applyDefaults(volume) {
    const spec = (volume.spec ??= {});
    spec.persistentVolumeReclaimPolicy ||= 'Retain';
    spec.volumeMode ??= 'Filesystem';
    if (spec.hostPath) spec.hostPath.type ??= '';
    volume.status = { ...volume.status, phase: volume.status?.phase || 'Pending' };
  },
  prepareForCreate(volume) {
    const { creationTimestamp: now } = volume.metadata ?? {};
    volume.status = { phase: 'Pending', ...(now ? { lastPhaseTransitionTime: now } : {}) };
  },
};

/** A volume that enters another phase is told when, unless who says so knows better. */
export function preparePersistentVolumeStatus(
  { status }: Mutable<PersistentVolume>,
  old: PersistentVolume,
  now: string,
): void {
  if (status === undefined || status.phase === old.status?.phase) return;
  const { lastPhaseTransitionTime: told } = status;
  if (told === undefined || told === old.status?.lastPhaseTransitionTime) status.lastPhaseTransitionTime = now;
}
