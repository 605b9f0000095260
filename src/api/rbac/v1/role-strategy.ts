import type { Strategy } from '#api/resource-definition.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import type { Role } from './role.ts';
import { validateRole } from './role-validation.ts';

export const roleStrategy: Strategy<Role> = {
  allowCreateOnUpdate: true,
  validateName: isPathSegmentName,
  validate: validateRole,
};
