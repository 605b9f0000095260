import type { PodDisruptionBudget } from '#api/policy/v1/pod-disruption-budget.ts';
import type { UnfitGroup } from '../../framework/placement.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { type PodGroupIndex, priorityOf } from '../../state/pod-group-index.ts';
import type { PodInfo } from '../../state/pod-info.ts';
import { budgetLedger, compare, startTime } from './victims.ts';

/** Pods that go together: one, or all of a group that is disrupted as a whole. */
interface Unit {
  readonly pods: PodInfo[];
  readonly priority: number;
  readonly isGroup: boolean;
}

/** Why a group makes no room: its pods never do, or it is being made already. */
export function whyGroupIneligible(
  { state, nominations, groups }: Pick<PluginContext, 'state' | 'nominations' | 'groups'>,
  { group, pods }: UnfitGroup,
): string | undefined {
  if (pods.some(({ pod }) => pod.spec?.preemptionPolicy === 'Never')) {
    return 'not eligible due to preemptionPolicy=Never.';
  }
  const matters = (other: PodInfo) => {
    const its = groups?.of(other.pod)?.group;
    return its ? priorityOf(its) : other.priority;
  };
  for (const { uid } of pods) {
    for (const other of state.get(nominations.nodeOf(uid) ?? '')?.pods.values() ?? []) {
      if (matters(other) < priorityOf(group) && isBeingPreempted(other)) {
        return 'not eligible due to a terminating pod on the nominated node.';
      }
    }
  }
  return undefined;
}

/** The fewest and least important pods of the cluster that have to go for a group to fit, or why none would do. */
export function selectGroupVictims(
  unfit: UnfitGroup,
  { groups, budgets }: { readonly groups: PodGroupIndex | undefined; readonly budgets: readonly PodDisruptionBudget[] },
): readonly PodInfo[] | string {
  const lower = unitsOf(unfit, groups).filter(({ priority }) => priority < priorityOf(unfit.group));
  if (lower.length === 0) return 'No preemption victims found for incoming preemptor';
  lower.sort(byImportance);
  const pods = lower.flatMap((unit) => unit.pods);
  return unfit.state.tentativelyWithout(pods, (trial) => {
    if (!unfit.fits()) return 'pod group is unschedulable';
    const violates = budgetLedger(budgets);
    const violating = lower.filter((unit) => unit.pods.filter(violates).length > 0);
    const others = lower.filter((unit) => !violating.includes(unit));
    const goes = (unit: Unit): boolean => {
      for (const pod of unit.pods) trial.add(pod);
      if (unfit.fits()) return false;
      for (const pod of unit.pods) trial.remove(pod);
      return true;
    };
    const gone = [...violating.filter(goes), ...others.filter(goes)];
    return gone.sort(byImportance).flatMap((unit) => unit.pods);
  });
}

/** All pods on nodes but the group's own. */
function unitsOf({ state, members }: UnfitGroup, groups: PodGroupIndex | undefined): Unit[] {
  const own = new Set(members);
  const whole = new Map<string, Unit>();
  const units: Unit[] = [];
  for (const { pods } of state.list()) {
    for (const pod of pods.values()) {
      if (own.has(pod.uid)) continue;
      const group = groups?.of(pod.pod)?.group;
      const key = group?.spec?.disruptionMode === 'PodGroup' ? groups?.keyOf(pod.pod) : undefined;
      const known = key === undefined ? undefined : whole.get(key);
      if (known) {
        known.pods.push(pod);
        continue;
      }
      const priority = group && key !== undefined ? priorityOf(group) : pod.priority;
      const unit = { pods: [pod], priority, isGroup: key !== undefined };
      units.push(unit);
      if (key !== undefined) whole.set(key, unit);
    }
  }
  return units;
}

/** The more important first: by priority, groups before single pods, large groups before small ones, then who has run longest. */
const byImportance = (a: Unit, b: Unit): number =>
  b.priority - a.priority ||
  Number(b.isGroup) - Number(a.isGroup) ||
  b.pods.length - a.pods.length ||
  compare(earliest(a), earliest(b));

const earliest = ({ pods }: Unit): string => pods.map(({ pod }) => startTime(pod)).sort(compare)[0] ?? '';

export const isBeingPreempted = ({ pod }: PodInfo): boolean =>
  pod.metadata?.deletionTimestamp !== undefined &&
  (pod.status?.conditions ?? []).some(
    ({ type, status, reason }) =>
      type === 'DisruptionTarget' && status === 'True' && reason === 'PreemptionByScheduler',
  );
