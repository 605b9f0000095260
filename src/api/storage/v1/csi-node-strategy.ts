import type { Strategy } from '#api/resource-definition.ts';
import type { CSINode } from './csi-node.ts';
import { validateCSINode, validateCSINodeUpdate } from './csi-node-validation.ts';

export const csiNodeStrategy: Strategy<CSINode> = {
  returnsDeletedObject: true,
  requireResourceVersionOnUpdate: true,
  validate: validateCSINode,
  validateUpdate: validateCSINodeUpdate,
};
