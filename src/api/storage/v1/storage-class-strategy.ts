import { deprecatedNodeLabel } from '#api/core/v1/node-label-warnings.ts';
import type { Strategy } from '#api/resource-definition.ts';
import type { StorageClass } from './storage-class.ts';
import { validateStorageClass, validateStorageClassUpdate } from './storage-class-validation.ts';

export const storageClassStrategy: Strategy<StorageClass> = {
  returnsDeletedObject: true,
  applyDefaults(storageClass) {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
  warn: ({ allowedTopologies }) =>
    (allowedTopologies ?? []).flatMap(({ matchLabelExpressions }, i) =>
      (matchLabelExpressions ?? []).flatMap(({ key }, j) => {
        const message = deprecatedNodeLabel(key);
        return message === undefined ? [] : [`allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${message}`];
      }),
    ),
  validate: validateStorageClass,
  validateUpdate: validateStorageClassUpdate,
};
