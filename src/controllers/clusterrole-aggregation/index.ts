import { type ClusterRole, ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { applyPatch } from '#client/options.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';

type Rules = NonNullable<ClusterRole['rules']>;

const KIND = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
const MANAGER = 'clusterrole-aggregation-controller';

/** The rules of all roles that an aggregating role selects, each once: selector by selector, in the order of names. */
export function aggregatedRules(role: ClusterRole, roles: readonly ClusterRole[]): Rules {
  const rules: Rules[number][] = [];
  const sorted = [...roles].sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
  for (const selector of (role.aggregationRule?.clusterRoleSelectors ?? []).map(selectorFromObject)) {
    for (const other of sorted) {
      if (other.metadata?.name === role.metadata?.name || !selector.matches(other.metadata?.labels ?? {})) continue;
      for (const rule of other.rules ?? []) if (!rules.some((known) => deepEqual(known, rule))) rules.push(rule);
    }
  }
  return rules;
}

/** Keeps the rules of aggregating ClusterRoles: they are applied, so that whoever applies the roles too leaves them alone. */
export function createClusterRoleAggregationController(context: ControllerContext): Runnable {
  const roles = context.informers.of(ClusterRoles);
  const aggregating = () => roles.store.list().filter(({ aggregationRule }) => aggregationRule !== undefined);
  return new Controller('clusterrole-aggregation', context)
    .watches(ClusterRoles, () => aggregating().map(({ metadata }) => metadata?.name ?? ''))
    .reconciles(async (name) => {
      const role = roles.store.get(name);
      if (role?.aggregationRule === undefined) return;
      const rules = aggregatedRules(role, roles.store.list());
      if (deepEqual(role.rules ?? [], rules)) return;
      const patch = applyPatch({ ...KIND, metadata: { name }, rules }, { force: true });
      await context.client.of(ClusterRoles).patch(name, patch, { fieldManager: MANAGER });
    });
}
