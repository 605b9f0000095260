import { deprecatedNodeLabel, nodeSelectorTermWarnings } from '#api/core/v1/node-label-warnings.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import type { CSIStorageCapacity } from './csi-storage-capacity.ts';
import { validateCSIStorageCapacity, validateCSIStorageCapacityUpdate } from './csi-storage-capacity-validation.ts';

const TOPOLOGY = new FieldPath('nodeTopology');

export const csiStorageCapacityStrategy: Strategy<CSIStorageCapacity> = {
  requireResourceVersionOnUpdate: true,
  warn: ({ nodeTopology = {} }) => [
    ...nodeSelectorTermWarnings(nodeTopology, TOPOLOGY),
    ...Object.keys(nodeTopology.matchLabels ?? {}).flatMap((key) => {
      const message = deprecatedNodeLabel(key);
      return message === undefined ? [] : [`${TOPOLOGY.child('matchLabels', key)}: ${message}`];
    }),
  ],
  validate: validateCSIStorageCapacity,
  validateUpdate: validateCSIStorageCapacityUpdate,
};
