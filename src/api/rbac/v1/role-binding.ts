import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, list, message, opt, req, string } from '#machinery/schema/schema.ts';
import { roleBindingColumns } from './role-binding-columns.ts';
import { roleBindingStrategy } from './role-binding-strategy.ts';
import { RoleRef } from './role-ref.ts';
import { Subject } from './subject.ts';

export const RoleBinding = message(
  'io.k8s.api.rbac.v1.RoleBinding',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    subjects: opt(2, list(Subject)),
    roleRef: req(3, RoleRef),
  },
  { description: 'Gives a role to users within a namespace' },
);
export interface RoleBinding extends Infer<typeof RoleBinding> {}

export const RoleBindings: ResourceDefinition<RoleBinding> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  singular: 'rolebinding',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: RoleBinding,
  columns: roleBindingColumns,
  strategy: roleBindingStrategy,
};
