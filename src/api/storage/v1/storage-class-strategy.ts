import type { Strategy } from '#api/resource-definition.ts';
import type { StorageClass } from './storage-class.ts';

export const storageClassStrategy: Strategy<StorageClass> = {
  applyDefaults(storageClass) {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
};
