import type { Strategy } from '#api/resource-definition.ts';
import type { CSIDriver } from './csi-driver.ts';
import { validateCSIDriver, validateCSIDriverUpdate } from './csi-driver-validation.ts';

export const csiDriverStrategy: Strategy<CSIDriver> = {
  hasGeneration: true,
  requireResourceVersionOnUpdate: true,
  applyDefaults({ spec }) {
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
    if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
  },
  validate: validateCSIDriver,
  validateUpdate: validateCSIDriverUpdate,
};
