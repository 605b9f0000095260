import type { Job } from '#api/batch/v1/job.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { millisecondsOf } from '#machinery/objects/seconds.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { isPodActive, isPodReady, isPodTerminating } from '../shared/pods.ts';
import { judgeFailure } from './failure-policy.ts';
import { parseIndexes } from './indexes.ts';
import { FAILURE_COUNT, IGNORED_FAILURE_COUNT, indexOf, isIndexed, isTracked } from './job-pod.ts';

/** What the pods of a Job come to. */
export interface JobState {
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  readonly ready: number;
  /** Finished pods that are not among the counted ones yet. */
  readonly newSucceeded: readonly Pod[];
  readonly newFailed: readonly Pod[];
  /** Counted and new ones. */
  readonly succeeded: number;
  readonly failed: number;
  readonly completedIndexes: ReadonlySet<number>;
  /** Indexes that have failed for good; absent unless the Job limits failures an index. */
  readonly failedIndexes: ReadonlySet<number> | undefined;
  readonly indexFailures: ReadonlyMap<number, IndexFailures>;
}

/** What has failed at an index so far. */
export interface IndexFailures {
  readonly counted: number;
  /** Those that the policy does not count. */
  readonly ignored: number;
  /** When the last pod failed, in milliseconds since the epoch. */
  readonly endedAt: number | undefined;
}

/** A pod that is being deleted has failed, unless the Job waits for it to end. */
export const isFailedFor = ({ spec }: Job, pod: Pod): boolean =>
  pod.status?.phase === 'Failed' ||
  (spec?.podReplacementPolicy !== 'Failed' &&
    pod.metadata?.deletionTimestamp !== undefined &&
    pod.status?.phase !== 'Succeeded');

/** Once a Job has failed, all its pods have that have not succeeded: `hasFailed`. */
export function observeJob(job: Job, pods: readonly Pod[], { hasFailed = false } = {}): JobState {
  const { status } = job;
  const uncounted = new Set([
    ...(status?.uncountedTerminatedPods?.succeeded ?? []),
    ...(status?.uncountedTerminatedPods?.failed ?? []),
  ]);
  const fresh = pods.filter((pod) => isTracked(pod) && !uncounted.has(pod.metadata?.uid ?? ''));
  const newSucceeded = fresh.filter((pod) => pod.status?.phase === 'Succeeded' && isInRange(job, pod));
  const failedPods = fresh.filter(
    (pod) => isInRange(job, pod) && (isFailedFor(job, pod) || (hasFailed && pod.status?.phase !== 'Succeeded')),
  );
  const newFailed = failedPods.filter((pod) => judgeFailure(job, pod).action !== 'Ignore');
  const active = pods.filter(isPodActive);
  const completedIndexes = isIndexed(job) ? completed(job, newSucceeded) : new Set<number>();
  const indexFailures = countIndexFailures(job, pods);
  return {
    active,
    terminating: pods.filter(isPodTerminating),
    ready: active.filter(isPodReady).length,
    newSucceeded,
    newFailed,
    succeeded: isIndexed(job)
      ? completedIndexes.size
      : (status?.succeeded ?? 0) + (status?.uncountedTerminatedPods?.succeeded?.length ?? 0) + newSucceeded.length,
    failed: (status?.failed ?? 0) + (status?.uncountedTerminatedPods?.failed?.length ?? 0) + newFailed.length,
    completedIndexes,
    failedIndexes: failedIndexes(job, failedPods, { completedIndexes, indexFailures }),
    indexFailures,
  };
}

function isInRange(job: Job, pod: Pod): boolean {
  if (!isIndexed(job)) return true;
  const index = indexOf(pod);
  return index !== undefined && index < (job.spec?.completions ?? 0);
}

function completed(job: Job, succeeded: readonly Pod[]): Set<number> {
  const known = [...parseIndexes(job.status?.completedIndexes)].filter((index) => index < (job.spec?.completions ?? 0));
  return new Set([...known, ...succeeded.flatMap((pod) => indexOf(pod) ?? [])]);
}

/** Each pod carries the failures before it: the most that any failed one gives, and itself. */
function countIndexFailures(job: Job, pods: readonly Pod[]): Map<number, IndexFailures> {
  const counts = new Map<number, IndexFailures>();
  for (const pod of pods) {
    const index = indexOf(pod);
    if (index === undefined || !isFailedFor(job, pod)) continue;
    const before = (annotation: string) => Number(pod.metadata?.annotations?.[annotation] ?? 0);
    const isIgnored = judgeFailure(job, pod).action === 'Ignore';
    const counted = before(FAILURE_COUNT) + (isIgnored ? 0 : 1);
    const ignored = before(IGNORED_FAILURE_COUNT) + (isIgnored ? 1 : 0);
    const known = counts.get(index);
    if (known && known.counted + known.ignored >= counted + ignored) continue;
    counts.set(index, { counted, ignored, endedAt: endOf(pod) });
  }
  return counts;
}

/** When a finished pod came to its end: as all its containers say, or else as near as the pod itself tells. */
export function endOf({ status, metadata }: Pod): number | undefined {
  const times = (status?.containerStatuses ?? []).map(({ state }) => state?.terminated?.finishedAt);
  const known = times.filter((time) => time !== undefined);
  if (known.length > 0 && known.length === times.length) return Math.max(...known.map(parseTime));
  const ready = status?.conditions?.find(({ type, status: value }) => type === 'Ready' && value === 'False');
  if (ready?.lastTransitionTime) return parseTime(ready.lastTransitionTime);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = metadata ?? {};
  if (deletionTimestamp) return parseTime(deletionTimestamp) - millisecondsOf(deletionGracePeriodSeconds);
  return creationTimestamp === undefined ? undefined : parseTime(creationTimestamp);
}

/**
 * Failed pods, by uid, whose index nobody works on and that is not done: they are kept until another pod has taken the
 * number of failures over, which nobody else knows. Empty unless the Job limits failures an index.
 */
export function awaitingReplacement(job: Job, state: JobState, pods: readonly Pod[]): ReadonlySet<string> {
  if (state.failedIndexes === undefined) return new Set();
  const taken = new Set(state.active.map(indexOf));
  const last = new Map<number, Pod>();
  for (const pod of pods) {
    const index = indexOf(pod);
    if (index === undefined || !isTracked(pod) || !isInRange(job, pod) || !isFailedFor(job, pod)) continue;
    if (taken.has(index) || state.completedIndexes.has(index) || state.failedIndexes.has(index)) continue;
    const known = last.get(index);
    if (known === undefined || isLater(known, pod)) last.set(index, pod);
  }
  return new Set([...last.values()].map(({ metadata }) => metadata?.uid ?? ''));
}

const isLater = (known: Pod, pod: Pod): boolean =>
  failuresBefore(pod) >= failuresBefore(known) && (endOf(pod) ?? 0) >= (endOf(known) ?? 0);

const failuresBefore = ({ metadata }: Pod): number =>
  Number(metadata?.annotations?.[FAILURE_COUNT] ?? 0) + Number(metadata?.annotations?.[IGNORED_FAILURE_COUNT] ?? 0);

function failedIndexes(
  job: Job,
  failedPods: readonly Pod[],
  { completedIndexes, indexFailures }: Pick<JobState, 'completedIndexes' | 'indexFailures'>,
): Set<number> | undefined {
  const limit = job.spec?.backoffLimitPerIndex;
  if (limit === undefined || !isIndexed(job)) return undefined;
  const failed = parseIndexes(job.status?.failedIndexes);
  for (const [index, { counted }] of indexFailures) {
    if (counted > limit && !completedIndexes.has(index)) failed.add(index);
  }
  for (const pod of failedPods) {
    const index = indexOf(pod);
    if (index !== undefined && judgeFailure(job, pod).action === 'FailIndex') failed.add(index);
  }
  return failed;
}
