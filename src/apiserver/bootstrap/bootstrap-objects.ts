import { Namespaces } from '#api/core/v1/namespace.ts';
import { FlowSchemas } from '#api/flowcontrol/v1/flow-schema.ts';
import { PriorityLevelConfigurations } from '#api/flowcontrol/v1/priority-level-configuration.ts';
import { ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { Roles } from '#api/rbac/v1/role.ts';
import { RoleBindings } from '#api/rbac/v1/role-binding.ts';
import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { PriorityClasses } from '#api/scheduling/v1/priority-class.ts';
import { bootstrapClusterRoleBindings } from '../authorization/bootstrap-bindings.ts';
import { bootstrapControllerRoles } from '../authorization/bootstrap-controllers.ts';
import { bootstrapNamespacedRoles } from '../authorization/bootstrap-namespaced.ts';
import { type BootstrapRole, bootstrapClusterRoles, featureRules } from '../authorization/bootstrap-roles.ts';
import type { Subject } from '../authorization/rbac.ts';
import type { Rule } from '../authorization/rule.ts';
import { bootstrapLevels, bootstrapSchemas } from '../flow-control/bootstrap-configuration.ts';

/** An object every cluster has from its first start. */
export interface BootstrapObject {
  readonly definition: AnyResourceDefinition;
  readonly object: KubernetesObject;
}

const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const ANNOTATIONS = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** In the order in which they are made: namespaces first. */
export function bootstrapObjects(featureGates: ReadonlySet<string>): BootstrapObject[] {
  const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
  const isThere = ({ feature }: BootstrapRole) => feature === undefined || featureGates.has(feature);
  const controllerRoles = bootstrapControllerRoles.filter(isThere);
  const clusterRoles = bootstrapClusterRoles.filter(isThere);
  const roles = [...clusterRoles, ...controllerRoles].map((role) => withFeatures(role, featureGates));
  const bindings = bootstrapClusterRoleBindings.filter(({ role }) => clusterRoles.some(({ name }) => name === role));
  return [
    ...namespaces.map((name) => object(Namespaces, { metadata: { name } })),
    ...SYSTEM_PRIORITIES.map((each) => object(PriorityClasses, each)),
    ...bootstrapLevels.map((level) => object(PriorityLevelConfigurations, level)),
    ...bootstrapSchemas.map((schema) => object(FlowSchemas, schema)),
    ...roles.map((role) => object(ClusterRoles, clusterRole(role, roles))),
    ...bindings.map(({ name, role, subjects }) =>
      object(ClusterRoleBindings, {
        metadata: meta(name),
        roleRef: roleRef('ClusterRole', role),
        subjects: subjects.map(subject),
      }),
    ),
    ...controllerRoles.map(({ name }) =>
      object(ClusterRoleBindings, {
        metadata: meta(name),
        roleRef: roleRef('ClusterRole', name),
        subjects: [controllerSubject(name)],
      }),
    ),
    ...bootstrapNamespacedRoles.flatMap(({ namespace, name, rules, subjects, binding = name }) => [
      object(Roles, { metadata: { ...meta(name), namespace }, rules }),
      object(RoleBindings, {
        metadata: { ...meta(binding), namespace },
        roleRef: roleRef('Role', name),
        subjects: subjects.map(subject),
      }),
    ]),
  ];
}

const SYSTEM_PRIORITIES = [
  {
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    description: 'For pods that the cluster needs but that may move to another node.',
  },
  {
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    description: 'For pods that their node cannot do without.',
  },
];

const object = (definition: AnyResourceDefinition, value: object): BootstrapObject => ({
  definition,
  object: { kind: definition.kind, apiVersion: apiVersionOf(definition), ...value } as KubernetesObject,
});

const meta = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
  name,
  labels: { ...LABELS, ...labels },
  annotations: ANNOTATIONS,
});

function withFeatures(role: BootstrapRole, gates: ReadonlySet<string>): BootstrapRole {
  const added = featureRules.filter((each) => each.role === role.name && gates.has(each.gate));
  return added.length === 0 ? role : { ...role, rules: [...role.rules, ...added.flatMap(({ rules }) => rules)] };
}

/** An aggregated role starts with the rules it will be given; the aggregation controller keeps it so. */
function clusterRole(role: BootstrapRole, all: readonly BootstrapRole[]) {
  const { name, labels, aggregate } = role;
  if (!aggregate) return { metadata: meta(name, labels), rules: role.rules };
  return {
    metadata: meta(name, labels),
    rules: aggregatedRules(role, all),
    aggregationRule: { clusterRoleSelectors: aggregate.map((matchLabels) => ({ matchLabels })) },
  };
}

function aggregatedRules(role: BootstrapRole, all: readonly BootstrapRole[]): Rule[] {
  const selected = all.filter(
    (other) =>
      other !== role &&
      role.aggregate?.some((labels) => Object.entries(labels).every(([key, value]) => other.labels?.[key] === value)),
  );
  return selected.flatMap((other) => (other.aggregate ? aggregatedRules(other, all) : [...other.rules]));
}

const roleRef = (kind: string, name: string) => ({ apiGroup: RBAC_GROUP, kind, name });

const subject = (each: Subject) => (each.kind === 'ServiceAccount' ? each : { ...each, apiGroup: RBAC_GROUP });

const controllerSubject = (role: string) => ({
  kind: 'ServiceAccount',
  name: role.slice('system:controller:'.length),
  namespace: 'kube-system',
});
