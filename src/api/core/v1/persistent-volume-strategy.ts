import type { Strategy } from '#api/resource-definition.ts';
import type { PersistentVolume } from './persistent-volume.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './persistent-volume-validation.ts';

export const persistentVolumeStrategy: Strategy<PersistentVolume> = {
  validate: validatePersistentVolume,
  validateUpdate: validatePersistentVolumeUpdate,
  applyDefaults(volume) {
    const spec = (volume.spec ??= {});
    spec.persistentVolumeReclaimPolicy ||= 'Retain';
    spec.volumeMode ??= 'Filesystem';
    if (spec.hostPath) spec.hostPath.type ??= '';
    volume.status = { ...volume.status, phase: volume.status?.phase || 'Pending' };
  },
  prepareForCreate(volume) {
    volume.status = { phase: 'Pending' };
  },
};
