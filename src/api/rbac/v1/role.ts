import { NAME_AND_CREATED_AT } from '#api/columns/columns.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, list, message, opt, string } from '#machinery/schema/schema.ts';
import { PolicyRule } from './policy-rule.ts';
import { roleStrategy } from './role-strategy.ts';

export const Role = message(
  'io.k8s.api.rbac.v1.Role',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    rules: opt(2, list(PolicyRule), { nullWhenEmpty: true }),
  },
  { description: 'Rights within a namespace' },
);
export interface Role extends Infer<typeof Role> {}

export const Roles: ResourceDefinition<Role> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  singular: 'role',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: Role,
  columns: NAME_AND_CREATED_AT,
  strategy: roleStrategy,
};
