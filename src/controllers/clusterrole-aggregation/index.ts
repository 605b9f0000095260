import { type ClusterRole, ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { mergePatch } from '#client/options.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';

type Rules = NonNullable<ClusterRole['rules']>;

/** The rules of all roles that an aggregating role selects, each once, roles in the order of their names. */
export function aggregatedRules(role: ClusterRole, roles: readonly ClusterRole[]): Rules {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []).map(selectorFromObject);
  const rules: Rules[number][] = [];
  const sorted = [...roles].sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
  for (const other of sorted) {
    if (other.metadata?.name === role.metadata?.name) continue;
    if (!selectors.some((selector) => selector.matches(other.metadata?.labels ?? {}))) continue;
    for (const rule of other.rules ?? []) if (!rules.some((known) => deepEqual(known, rule))) rules.push(rule);
  }
  return rules;
}

/** Keeps the rules of aggregating ClusterRoles. */
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
      await context.client.of(ClusterRoles).patch(name, mergePatch({ rules }));
    });
}
