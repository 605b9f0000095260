import type { Pod } from '#api/core/v1/pod.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { podCondition } from '../shared/pods.ts';
import type { PodMetric, PodMetrics } from './pod-metrics.ts';

/** A young pod's CPU counts only once it is ready and was measured for a whole window since. */
const CPU_INITIALIZATION_MS = 300_000;
/** A pod that became unready this soon after its start has never really been ready. */
const INITIAL_READINESS_MS = 30_000;

/** Pods by how far their measurements can be believed. */
export interface PodGroups {
  readonly ready: number;
  /** Pending, or measured while they still came up. */
  readonly unready: ReadonlySet<string>;
  /** Not measured. */
  readonly missing: ReadonlySet<string>;
  /** On their way out, or failed: they count for nothing. */
  readonly ignored: ReadonlySet<string>;
}

export function groupPods(
  pods: readonly Pod[],
  metrics: PodMetrics,
  { resource, now }: { readonly resource?: string | undefined; readonly now: number },
): PodGroups {
  const [unready, missing, ignored] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let ready = 0;
  for (const pod of pods) {
    const name = pod.metadata?.name ?? '';
    const metric = metrics.get(name);
    if (pod.metadata?.deletionTimestamp !== undefined || pod.status?.phase === 'Failed') ignored.add(name);
    else if (pod.status?.phase === 'Pending') unready.add(name);
    else if (metric === undefined) missing.add(name);
    else if (resource === 'cpu' && !isSettled(pod, metric, now)) unready.add(name);
    else ready++;
  }
  return { ready, unready, missing, ignored };
}

function isSettled(pod: Pod, metric: PodMetric, now: number): boolean {
  const condition = podCondition(pod, 'Ready');
  if (condition === undefined || pod.status?.startTime === undefined) return false;
  const started = parseTime(pod.status.startTime);
  const since = parseTime(condition.lastTransitionTime ?? pod.status.startTime);
  if (started + CPU_INITIALIZATION_MS > now)
    return condition.status !== 'False' && metric.timestamp >= since + metric.windowMs;
  return condition.status !== 'False' || started + INITIAL_READINESS_MS <= since;
}
