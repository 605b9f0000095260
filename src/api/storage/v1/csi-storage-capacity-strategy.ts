import type { Strategy } from '#api/resource-definition.ts';
import type { CSIStorageCapacity } from './csi-storage-capacity.ts';
import { validateCSIStorageCapacity, validateCSIStorageCapacityUpdate } from './csi-storage-capacity-validation.ts';

export const csiStorageCapacityStrategy: Strategy<CSIStorageCapacity> = {
  requireResourceVersionOnUpdate: true,
  validate: validateCSIStorageCapacity,
  validateUpdate: validateCSIStorageCapacityUpdate,
};
