import type { ClusterRole } from '#api/rbac/v1/cluster-role.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { uncovered } from '../authorization/covers.ts';
import type { Binding, Subject } from '../authorization/rbac.ts';
import type { Rule } from '../authorization/rule.ts';

/** What is to be done about an object that exists already. */
export type Reconciliation =
  | { readonly action: 'none' }
  | { readonly action: 'update' | 'recreate'; readonly object: KubernetesObject };

const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

/**
 * Brings a role or binding of the bootstrap policy to what this version wants: what is missing is added, what somebody
 * added stays. One whose autoupdate annotation is "false" is left alone; a binding to another role is made anew.
 */
export function reconcileRbac(wanted: KubernetesObject, found: KubernetesObject): Reconciliation {
  if (found.metadata?.annotations?.[AUTOUPDATE] === 'false') return { action: 'none' };
  const isBinding = 'roleRef' in wanted;
  if (isBinding && !sameRole(wanted as unknown as Binding, found as unknown as Binding)) {
    return { action: 'recreate', object: wanted };
  }
  const merged = {
    ...found,
    metadata: {
      ...found.metadata,
      labels: { ...wanted.metadata?.labels, ...found.metadata?.labels },
      annotations: { ...wanted.metadata?.annotations, ...found.metadata?.annotations },
    },
    ...(isBinding ? mergeSubjects(wanted, found) : mergeRules(wanted as ClusterRole, found as ClusterRole)),
  };
  return deepEqual(merged, found) ? { action: 'none' } : { action: 'update', object: merged };
}

const sameRole = (wanted: Binding, found: Binding): boolean =>
  wanted.roleRef.kind === found.roleRef.kind && wanted.roleRef.name === found.roleRef.name;

function mergeSubjects(wanted: KubernetesObject, found: KubernetesObject): object {
  const held = (found as { readonly subjects?: readonly Subject[] }).subjects ?? [];
  const missing = ((wanted as { readonly subjects?: readonly Subject[] }).subjects ?? []).filter(
    (subject) => !held.some((each) => sameSubject(each, subject)),
  );
  return missing.length > 0 ? { subjects: [...held, ...missing] } : {};
}

const sameSubject = (a: Subject, b: Subject): boolean =>
  a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');

/** The rules of aggregating roles are the aggregation controller's. */
function mergeRules(wanted: ClusterRole, found: ClusterRole): object {
  if (wanted.aggregationRule) {
    const held = found.aggregationRule?.clusterRoleSelectors ?? [];
    const missing = (wanted.aggregationRule.clusterRoleSelectors ?? []).filter(
      (selector) => !held.some((each) => deepEqual(each, selector)),
    );
    return missing.length > 0 ? { aggregationRule: { clusterRoleSelectors: [...held, ...missing] } } : {};
  }
  const held: readonly Rule[] = found.rules ?? [];
  const missing = uncovered(held, wanted.rules ?? []);
  return missing.length > 0 ? { rules: [...held, ...missing] } : {};
}
