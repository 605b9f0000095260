import type { Strategy } from '#api/resource-definition.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import { validateBinding, validateBindingUpdate } from './binding-validation.ts';
import type { ClusterRoleBinding } from './cluster-role-binding.ts';
import { applyBindingDefaults } from './rbac-defaults.ts';

export const clusterRoleBindingStrategy: Strategy<ClusterRoleBinding> = {
  allowCreateOnUpdate: true,
  validateName: isPathSegmentName,
  applyDefaults: applyBindingDefaults,
  validate: (binding) => validateBinding(binding, false),
  validateUpdate: validateBindingUpdate,
};
