import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, list, message, opt, req, string } from '#machinery/schema/schema.ts';
import { clusterRoleBindingColumns } from './cluster-role-binding-columns.ts';
import { clusterRoleBindingStrategy } from './cluster-role-binding-strategy.ts';
import { RoleRef } from './role-ref.ts';
import { Subject } from './subject.ts';

export const ClusterRoleBinding = message(
  'io.k8s.api.rbac.v1.ClusterRoleBinding',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    subjects: opt(2, list(Subject)),
    roleRef: req(3, RoleRef),
  },
  { description: 'Gives a role to users in the whole cluster' },
);
export interface ClusterRoleBinding extends Infer<typeof ClusterRoleBinding> {}

export const ClusterRoleBindings: ResourceDefinition<ClusterRoleBinding> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: ClusterRoleBinding,
  columns: clusterRoleBindingColumns,
  strategy: clusterRoleBindingStrategy,
};
