import type { Strategy } from '#api/resource-definition.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import type { ClusterRole } from './cluster-role.ts';
import { validateClusterRole } from './role-validation.ts';

export const clusterRoleStrategy: Strategy<ClusterRole> = {
  allowCreateOnUpdate: true,
  validateName: isPathSegmentName,
  validate: validateClusterRole,
};
