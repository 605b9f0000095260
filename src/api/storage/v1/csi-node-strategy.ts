import type { Strategy } from '#api/resource-definition.ts';
import type { CSINode } from './csi-node.ts';

export const csiNodeStrategy: Strategy<CSINode> = { requireResourceVersionOnUpdate: true };
