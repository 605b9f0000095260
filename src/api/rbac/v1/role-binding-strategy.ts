import type { Strategy } from '#api/resource-definition.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import { validateBinding, validateBindingUpdate } from './binding-validation.ts';
import { applyBindingDefaults } from './rbac-defaults.ts';
import type { RoleBinding } from './role-binding.ts';

export const roleBindingStrategy: Strategy<RoleBinding> = {
  allowCreateOnUpdate: true,
  validateName: isPathSegmentName,
  applyDefaults: applyBindingDefaults,
  validate: (binding) => validateBinding(binding, true),
  validateUpdate: validateBindingUpdate,
};
