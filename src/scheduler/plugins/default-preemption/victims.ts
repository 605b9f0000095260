import type { Pod } from '#api/core/v1/pod.ts';
import type { PodDisruptionBudget } from '#api/policy/v1/pod-disruption-budget.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import type { PodInfo } from '../../state/pod-info.ts';

/** The pods that would have to go from a node, most important first. */
export interface Victims {
  readonly nodeName: string;
  readonly pods: readonly PodInfo[];
  /** How many of them a disruption budget protects. */
  readonly violations: number;
}

/** Orders pods by how much they matter: by priority, then who has run longest. Negative when `a` matters more. */
export const byImportance = (a: PodInfo, b: PodInfo): number =>
  b.priority - a.priority || compare(startTime(a.pod), startTime(b.pod));

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Pods that have not started count as started just now. */
const NOT_STARTED = '~';
export const startTime = ({ status }: Pod): string => status?.startTime ?? NOT_STARTED;

/** Parts pods, in their order, into those whose going breaks a budget and the others. */
export function splitByBudgets(
  pods: readonly PodInfo[],
  budgets: readonly PodDisruptionBudget[],
): { readonly violating: PodInfo[]; readonly others: PodInfo[] } {
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  const violates = budgetLedger(budgets);
  for (const pod of pods) (violates(pod) ? violating : others).push(pod);
  return { violating, others };
}

/** Tells of one pod after another whether its going breaks a budget, with all that it was asked about before gone. */
export function budgetLedger(budgets: readonly PodDisruptionBudget[]): (pod: PodInfo) => boolean {
  const left = budgets.map(({ metadata, spec, status }) => ({
    namespace: metadata?.namespace ?? '',
    selector: selectorFromObject(spec?.selector),
    going: status?.disruptedPods ?? {},
    allowed: status?.disruptionsAllowed ?? 0,
  }));
  return ({ class: { namespace, labels }, pod }) => {
    let violates = false;
    for (const budget of left) {
      if (Object.keys(labels).length === 0 || budget.namespace !== namespace) continue;
      if (budget.selector.isEmpty || !budget.selector.matches(labels)) continue;
      if (Object.hasOwn(budget.going, pod.metadata?.name ?? '')) continue;
      if (--budget.allowed < 0) violates = true;
    }
    return violates;
  };
}

/** The same with how bad it is to choose these victims: a number a criterion, in the order of what matters. */
export interface Candidate extends Victims {
  readonly harm: readonly number[];
}

export function candidateOf(victims: Victims): Candidate {
  const { pods, violations } = victims;
  // Priorities may be negative: counted from the lowest there is, fewer pods are always better.
  const sum = pods.reduce((total, { priority }) => total + priority + 2 ** 31, 0);
  return { ...victims, harm: [violations, pods[0]?.priority ?? 0, sum, pods.length, -earliestStart(pods)] };
}

/** When the first of the most important of these pods started. */
function earliestStart(pods: readonly PodInfo[]): number {
  const highest = pods[0]?.priority;
  let earliest = Number.POSITIVE_INFINITY;
  for (const { priority, pod } of pods) {
    if (priority !== highest) break;
    if (pod.status?.startTime) earliest = Math.min(earliest, Date.parse(pod.status.startTime));
  }
  return earliest;
}

/** Negative when choosing `a` does less harm than choosing `b`. */
export function compareHarm({ harm: a }: Candidate, { harm: b }: Candidate): number {
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index]) return (a[index] as number) < (b[index] as number) ? -1 : 1;
  }
  return 0;
}
