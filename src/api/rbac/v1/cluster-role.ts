import { NAME_AND_CREATED_AT } from '#api/columns/columns.ts';
import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { clusterRoleStrategy } from './cluster-role-strategy.ts';
import { PolicyRule } from './policy-rule.ts';

export const AggregationRule = message('io.k8s.api.rbac.v1.AggregationRule', {
  clusterRoleSelectors: opt(1, list(LabelSelector)),
});
export interface AggregationRule extends Infer<typeof AggregationRule> {}

export const ClusterRole = message(
  'io.k8s.api.rbac.v1.ClusterRole',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    rules: opt(2, list(PolicyRule), { nullWhenEmpty: true }),
    aggregationRule: ptr(3, AggregationRule),
  },
  { description: 'Rights in the whole cluster, or in any namespace' },
);
export interface ClusterRole extends Infer<typeof ClusterRole> {}

export const ClusterRoles: ResourceDefinition<ClusterRole> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  singular: 'clusterrole',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: ClusterRole,
  columns: NAME_AND_CREATED_AT,
  strategy: clusterRoleStrategy,
};
