import type { Pod } from '#api/core/v1/pod.ts';
import { groupPods } from './group-pods.ts';
import type { PodMetric, PodMetrics } from './pod-metrics.ts';

/** How far usage may be from its target, as a share of it, before anything happens. */
export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

/** How many replicas a metric asks for, and what it was measured at. */
export interface Proposal {
  readonly replicas: number;
  /** In thousandths: the average of the pods, or the whole value. */
  readonly usage: number;
  /** In percent of what is requested, for metrics that have such a target. */
  readonly utilization?: number;
}

interface Measured {
  /** The usage as a share of its target. */
  readonly ratio: number;
  readonly usage: number;
  readonly utilization?: number;
}

export interface PodsInput {
  readonly current: number;
  readonly pods: readonly Pod[];
  readonly metrics: PodMetrics;
  readonly tolerances: Tolerances;
  readonly resource?: string | undefined;
  readonly now: number;
}

/** For a target in percent of what pods request; `requests` in thousandths by the pods' names. Throws when nothing is known. */
export function replicasByUtilization(
  input: PodsInput,
  { target, requests }: { readonly target: number; readonly requests: ReadonlyMap<string, number> },
): Proposal {
  return replicasOfPods(input, {
    measure: (metrics) => utilizationRatio(metrics, requests, target),
    // What is not known about pods must not make them fewer.
    missing: (pod) => Math.trunc(((requests.get(pod) ?? 0) * Math.max(100, target)) / 100),
  });
}

/** For a target in thousandths of the metric's unit a pod. Throws when nothing is known. */
export function replicasByAverage(input: PodsInput, target: number): Proposal {
  return replicasOfPods(input, {
    measure: (metrics) => averageRatio(metrics, target),
    missing: () => target,
  });
}

interface Measure {
  readonly measure: (metrics: PodMetrics) => Measured;
  /** What an unmeasured pod counts as while fewer are asked for. */
  readonly missing: (pod: string) => number;
}

function replicasOfPods(input: PodsInput, { measure, missing }: Measure): Proposal {
  const { current, pods, tolerances } = input;
  if (pods.length === 0) throw new Error('no pods returned by selector while calculating replica count');
  const groups = groupPods(pods, input.metrics, input);
  const metrics = new Map([...input.metrics].filter(([pod]) => !groups.unready.has(pod) && !groups.ignored.has(pod)));
  if (metrics.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)');
  const { ratio, ...measured } = measure(metrics);
  const withUnready = groups.unready.size > 0 && ratio > 1;
  if (!withUnready && groups.missing.size === 0) {
    return { replicas: isWithin(ratio, tolerances) ? current : Math.ceil(ratio * groups.ready), ...measured };
  }
  if (ratio < 1) for (const pod of groups.missing) metrics.set(pod, unmeasured(missing(pod)));
  else if (ratio > 1) for (const pod of groups.missing) metrics.set(pod, unmeasured(0));
  if (withUnready) for (const pod of groups.unready) metrics.set(pod, unmeasured(0));
  const again = measure(metrics).ratio;
  const replicas = Math.ceil(again * metrics.size);
  const turned = (ratio < 1 && again > 1) || (ratio > 1 && again < 1);
  const contrary = (again < 1 && replicas > current) || (again > 1 && replicas < current);
  return { replicas: isWithin(again, tolerances) || turned || contrary ? current : replicas, ...measured };
}

const unmeasured = (value: number): PodMetric => ({ value, timestamp: 0, windowMs: 0 });

const isWithin = (ratio: number, { up, down }: Tolerances): boolean => 1 - down <= ratio && ratio <= 1 + up;

function utilizationRatio(metrics: PodMetrics, requests: ReadonlyMap<string, number>, target: number): Measured {
  let [used, requested, count] = [0, 0, 0];
  for (const [pod, { value }] of metrics) {
    const request = requests.get(pod);
    // Measured, but not among the pods any more.
    if (request === undefined) continue;
    used += value;
    requested += request;
    count++;
  }
  if (requested === 0) throw new Error('no metrics returned matched known pods');
  const utilization = Math.trunc((used * 100) / requested);
  return { ratio: utilization / target, utilization, usage: Math.trunc(used / count) };
}

function averageRatio(metrics: PodMetrics, target: number): Measured {
  const total = [...metrics.values()].reduce((sum, { value }) => sum + value, 0);
  const usage = Math.trunc(total / metrics.size);
  return { ratio: usage / target, usage };
}

/** For one value that all ready pods share. `ready` is asked only when it matters; it may throw. */
export function replicasByValue(
  { current, usage, tolerances }: { readonly current: number; readonly usage: number; readonly tolerances: Tolerances },
  { target, ready }: { readonly target: number; readonly ready: () => number },
): Proposal {
  const ratio = usage / target;
  if (current === 0) return { replicas: Math.ceil(ratio), usage };
  return { replicas: isWithin(ratio, tolerances) ? current : Math.ceil(ratio * ready()), usage };
}

/** For one value of which each replica should have `target`. */
export function replicasByShare(
  { current, usage, tolerances }: { readonly current: number; readonly usage: number; readonly tolerances: Tolerances },
  target: number,
): Proposal {
  const within = isWithin(usage / (target * current), tolerances);
  const share = Math.ceil(usage / current);
  return {
    replicas: within ? current : Math.ceil(usage / target),
    usage: Number.isFinite(share) ? share : 0,
  };
}
