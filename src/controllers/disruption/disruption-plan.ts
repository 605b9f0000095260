import type { Pod } from '#api/core/v1/pod.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '#api/policy/v1/pod-disruption-budget.ts';
import { formatTime, parseTime } from '#machinery/objects/time.ts';
import { isPodReady } from '../shared/pods.ts';
import { scaledValue } from '../shared/scaled-value.ts';

/** An eviction that has not removed its pod by then has failed. */
export const DISRUPTION_TIMEOUT_MS = 120_000;

/** How many pods there should be and how many must be healthy. `scale` is the sum of what their controllers want. */
export function budget(
  { spec }: PodDisruptionBudget,
  { pods, scale }: { readonly pods: number; readonly scale: number },
): { readonly expected: number; readonly desired: number } {
  if (spec?.maxUnavailable !== undefined) {
    return { expected: scale, desired: Math.max(0, scale - scaledValue(spec.maxUnavailable, scale, 'up')) };
  }
  if (typeof spec?.minAvailable === 'string') {
    return { expected: scale, desired: scaledValue(spec.minAvailable, scale, 'up') };
  }
  return { expected: pods, desired: spec?.minAvailable ?? 0 };
}

/** Whether a budget counts by what the pods' controllers want. */
export const needsScale = ({ spec }: PodDisruptionBudget): boolean =>
  spec?.maxUnavailable !== undefined || typeof spec?.minAvailable === 'string';

/** Evictions under way: allowed, and the pod is neither gone nor marked yet. */
export function pendingDisruptions(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  now: number,
): Readonly<Record<string, string>> {
  const byName = new Map(pods.map((pod) => [pod.metadata?.name ?? '', pod]));
  const pending = Object.entries(status?.disruptedPods ?? {}).filter(([name, time]) => {
    const pod = byName.get(name);
    if (pod === undefined || pod.metadata?.deletionTimestamp !== undefined) return false;
    return parseTime(time) + DISRUPTION_TIMEOUT_MS > now;
  });
  return Object.fromEntries(pending);
}

/** Pods whose eviction was allowed long ago, and which are still there as if nothing were the matter. */
export function overdueDisruptions({ status }: PodDisruptionBudget, pods: readonly Pod[], now: number): readonly Pod[] {
  return pods.filter(({ metadata }) => {
    const time = status?.disruptedPods?.[metadata?.name ?? ''];
    return time && metadata?.deletionTimestamp === undefined && parseTime(time) + DISRUPTION_TIMEOUT_MS <= now;
  });
}

/** The status of a budget over these pods. */
export function budgetStatus(
  object: PodDisruptionBudget,
  { pods, scale, now }: { readonly pods: readonly Pod[]; readonly scale: number; readonly now: number },
): PodDisruptionBudgetStatus {
  const { expected, desired } = budget(object, { pods: pods.length, scale });
  const disruptedPods = pendingDisruptions(object, pods, now);
  const healthy = pods.filter(
    (pod) =>
      pod.metadata?.deletionTimestamp === undefined &&
      disruptedPods[pod.metadata?.name ?? ''] === undefined &&
      isPodReady(pod),
  ).length;
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  const generation = object.metadata?.generation;
  const condition = {
    status: allowed > 0 ? ('True' as const) : ('False' as const),
    observedGeneration: generation,
    reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  };
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(Object.keys(disruptedPods).length > 0 ? { disruptedPods } : {}),
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    conditions: withAllowed(object, condition, now),
  };
}

/** The status of a budget of which nobody knows how many pods there should be: none may go. */
export function unknownStatus(object: PodDisruptionBudget, message: string, now: number): PodDisruptionBudgetStatus {
  const { status } = object;
  const observedGeneration = status?.observedGeneration;
  const condition = { status: 'False' as const, observedGeneration, reason: 'SyncFailed', message };
  return {
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
    ...status,
    disruptionsAllowed: 0,
    conditions: withAllowed(object, condition, now),
  };
}

interface Allowed {
  readonly status: 'True' | 'False';
  readonly observedGeneration: number | undefined;
  readonly reason: string;
  readonly message: string;
}

function withAllowed({ status }: PodDisruptionBudget, { observedGeneration, ...said }: Allowed, now: number) {
  const type = 'DisruptionAllowed';
  const old = status?.conditions?.find((one) => one.type === type);
  const condition = {
    type,
    ...said,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    lastTransitionTime: old?.status === said.status ? old.lastTransitionTime : formatTime(now),
  };
  const conditions = status?.conditions ?? [];
  return old ? conditions.map((one) => (one === old ? condition : one)) : [...conditions, condition];
}
