import type { Strategy } from '#api/resource-definition.ts';
import type { StorageClass } from './storage-class.ts';
import { validateStorageClass, validateStorageClassUpdate } from './storage-class-validation.ts';

export const storageClassStrategy: Strategy<StorageClass> = {
  returnsDeletedObject: true,
  applyDefaults(storageClass) {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
  validate: validateStorageClass,
  validateUpdate: validateStorageClassUpdate,
};
