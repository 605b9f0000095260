import type { Strategy } from '#api/resource-definition.ts';
import type { Node } from './node.ts';

export const nodeStrategy: Strategy<Node> = {
  applyDefaults({ status }) {
    if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
  },
};
