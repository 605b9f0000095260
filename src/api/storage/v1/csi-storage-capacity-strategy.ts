import type { Strategy } from '#api/resource-definition.ts';
import type { CSIStorageCapacity } from './csi-storage-capacity.ts';

export const csiStorageCapacityStrategy: Strategy<CSIStorageCapacity> = { requireResourceVersionOnUpdate: true };
