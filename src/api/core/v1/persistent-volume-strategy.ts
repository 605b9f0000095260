import type { Strategy } from '#api/resource-definition.ts';
import type { PersistentVolume } from './persistent-volume.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './persistent-volume-validation.ts';
import { persistentVolumeWarnings } from './persistent-volume-warnings.ts';

export const persistentVolumeStrategy: Strategy<PersistentVolume> = {
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
