import type { PodDisruptionBudget } from '#api/policy/v1/pod-disruption-budget.ts';
import type { Cycle } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { type Status, unresolvable } from '../../framework/status.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import type { PodInfo } from '../../state/pod-info.ts';
import { byImportance, splitByBudgets, type Victims } from './victims.ts';

const NOBODY = unresolvable('DefaultPreemption', 'No preemption victims found for incoming pod');

/** The fewest and least important pods that would have to go from a node for the cycle's pod to fit, or why none would do. */
export function selectVictims(
  { state, fits }: Pick<PluginContext, 'state' | 'fits'>,
  cycle: Cycle,
  { node, budgets }: { readonly node: NodeInfo; readonly budgets: readonly PodDisruptionBudget[] },
): Victims | Status {
  const lower = [...node.pods.values()].filter((pod) => pod.priority < cycle.pod.priority);
  if (lower.length === 0) return NOBODY;
  return state.tentatively(node, (trial) => {
    for (const pod of lower) trial.remove(pod);
    const refused = fits(cycle, node);
    if (refused) return refused;
    const { violating, others } = splitByBudgets(lower.sort(byImportance), budgets);
    const isReprieved = (pod: PodInfo) => {
      trial.add(pod);
      if (fits(cycle, node) === undefined) return true;
      trial.remove(pod);
      return false;
    };
    const violated = violating.filter((pod) => !isReprieved(pod));
    const gone = others.filter((pod) => !isReprieved(pod));
    const pods = [...violated, ...gone].sort(byImportance);
    return { nodeName: node.name, pods, violations: violated.length };
  });
}
