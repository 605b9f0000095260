import type { Strategy } from '#api/resource-definition.ts';
import type { CSIDriver } from './csi-driver.ts';
import { validateCSIDriver, validateCSIDriverUpdate } from './csi-driver-validation.ts';

export const csiDriverStrategy: Strategy<CSIDriver> = {
  returnsDeletedObject: true,
  hasGeneration: true,
  countsFromFirstChange: true,
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
  warn: ({ spec }) =>
    spec.tokenRequests?.length && spec.serviceAccountTokenInSecrets === undefined
      ? [
          'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes',
        ]
      : [],
  validate: validateCSIDriver,
  validateUpdate: validateCSIDriverUpdate,
};
