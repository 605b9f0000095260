import type { Strategy } from '#api/resource-definition.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import type { ClusterRole } from './cluster-role.ts';

export const clusterRoleStrategy: Strategy<ClusterRole> = {
  allowCreateOnUpdate: true,
  validateName: isPathSegmentName,
};
