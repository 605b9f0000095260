import type { Job } from '#api/batch/v1/job.ts';
import { parseJobIndexes } from '#api/batch/v1/job-indexes.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { millisecondsOf } from '#machinery/objects/seconds.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { rankForDeletion } from '../shared/replicas/deletion-rank.ts';
import { judgeFailure } from './failure-policy.ts';
import { indexOf, isIndexed } from './job-pod.ts';
import { endOf, isFailedFor, type JobState } from './job-state.ts';

const BURST = 500;
const FIRST_BACKOFF_MS = 10_000;
const LAST_BACKOFF_MS = 600_000;

/** How a Job ends. */
export interface Ending {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

const failed = (reason: string, message: string): Ending => ({ type: 'Failed', reason, message });

/** Whether a Job has come to its end, and to which. */
export function endingOf(
  job: Job,
  state: JobState,
  { pods, now }: { pods: readonly Pod[]; now: number },
): Ending | undefined {
  const target = job.status?.conditions?.find(
    ({ type, status }) => ['FailureTarget', 'SuccessCriteriaMet'].includes(type) && status === 'True',
  );
  if (target) {
    const type = target.type === 'FailureTarget' ? 'Failed' : 'Complete';
    return { type, reason: target.reason ?? '', message: target.message ?? '' };
  }
  return failureOf(job, state, { pods, now }) ?? successOf(job, state);
}

function failureOf(
  job: Job,
  state: JobState,
  { pods, now }: { pods: readonly Pod[]; now: number },
): Ending | undefined {
  const { spec, status } = job;
  const condemning = pods
    .filter((pod) => isFailedFor(job, pod))
    .map((pod) => judgeFailure(job, pod))
    .find(({ action }) => action === 'FailJob');
  if (condemning) return failed('PodFailurePolicy', condemning.message);
  const limit = spec?.backoffLimit ?? 6;
  if (state.failed > limit || restartsExceed(job, pods, limit)) {
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const { activeDeadlineSeconds } = spec ?? {};
  const started = status?.startTime;
  if (activeDeadlineSeconds !== undefined && started && !spec?.suspend) {
    if (now - parseTime(started) >= millisecondsOf(activeDeadlineSeconds)) {
      return failed('DeadlineExceeded', 'Job was active longer than specified deadline');
    }
  }
  if (state.failedIndexes === undefined) return undefined;
  const { maxFailedIndexes, completions = 0 } = spec ?? {};
  if (maxFailedIndexes !== undefined && state.failedIndexes.size > maxFailedIndexes) {
    return failed('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  const ended = state.failedIndexes.size > 0 && state.failedIndexes.size + state.completedIndexes.size >= completions;
  return ended ? failed('FailedIndexes', 'Job has failed indexes') : undefined;
}

/** Containers that are restarted in place count as well. */
function restartsExceed({ spec }: Job, pods: readonly Pod[], limit: number): boolean {
  if (spec?.template?.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
    for (const one of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
      restarts += one.restartCount;
    }
  }
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function successOf(job: Job, state: JobState): Ending | undefined {
  for (const [at, rule] of (job.spec?.successPolicy?.rules ?? []).entries()) {
    const wanted = rule.succeededIndexes === undefined ? undefined : rangesOf(job, rule.succeededIndexes);
    const isWanted = (index: number) => wanted?.ranges.some(([first, last]) => first <= index && index <= last) ?? true;
    const hits = [...state.completedIndexes].filter(isWanted).length;
    const enough = rule.succeededCount ?? wanted?.total ?? 0;
    if (enough > 0 && hits >= enough) {
      return { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${at}` };
    }
  }
  const { completions } = job.spec ?? {};
  const complete =
    completions === undefined ? state.succeeded > 0 && state.active.length === 0 : state.succeeded >= completions;
  const message = 'Reached expected number of succeeded pods';
  return complete ? { type: 'Complete', reason: 'CompletionsReached', message } : undefined;
}

/** A Job may name more indexes than there is memory for, as a range: they are not spelled out. */
function rangesOf({ spec }: Job, text: string) {
  const indexes = parseJobIndexes(text, spec?.completions ?? 0);
  return 'error' in indexes ? { total: 0, ranges: [] } : indexes;
}

export interface JobPlan {
  /** Indexes of pods to make; undefined for those without one. */
  readonly create: readonly (number | undefined)[];
  readonly remove: readonly Pod[];
  /** Milliseconds until more pods may be made, after failures. */
  readonly waitMs: number;
}

export interface PlanInput {
  readonly pods: readonly Pod[];
  /** When the last of all the Job's pods that have succeeded did; asked only where some have failed. */
  readonly lastSuccess: () => number;
  readonly now: number;
}

/** Which pods to make and delete while a Job goes on. */
export function planJob(job: Job, state: JobState, { pods, lastSuccess, now }: PlanInput): JobPlan {
  const { parallelism = 1, completions, podReplacementPolicy, suspend } = job.spec ?? {};
  if (suspend) return { create: [], remove: state.active, waitMs: 0 };
  const { keep, duplicates } = isIndexed(job)
    ? sortByIndex(job, state, now)
    : { keep: state.active, duplicates: [] as readonly Pod[] };
  const wanted =
    completions === undefined
      ? state.succeeded > 0
        ? keep.length
        : parallelism
      : Math.min(Math.max(0, completions - state.succeeded), parallelism);
  if (keep.length > wanted) {
    const ranked = rankForDeletion(keep, keep, now).slice(0, keep.length - wanted);
    return { create: [], remove: [...duplicates, ...ranked].slice(0, BURST), waitMs: 0 };
  }
  const leaving = podReplacementPolicy === 'Failed' ? state.terminating.length : 0;
  const count = Math.min(Math.max(0, wanted - keep.length - leaving), BURST);
  // Where both pods too many and too few are, those too many go first.
  if (count === 0 || duplicates.length > 0) return { create: [], remove: duplicates, waitMs: 0 };
  const open = isIndexed(job) ? openIndexes(job, state, count) : undefined;
  if (job.spec?.backoffLimitPerIndex !== undefined) return planIndexes(open ?? [], state, now);
  const waitMs = backoff(job, { pods, lastSuccess, now });
  if (waitMs > 0) return { create: [], remove: [], waitMs };
  const create = open ?? Array.from({ length: count }, () => undefined);
  return { create, remove: [], waitMs: 0 };
}

/** Each index waits after failures of its own. */
function planIndexes(wanted: readonly number[], { indexFailures }: JobState, now: number): JobPlan {
  const waits = wanted.map((index) => {
    const { counted = 0, ignored = 0, endedAt } = indexFailures.get(index) ?? {};
    return endedAt === undefined ? 0 : waitAfter(counted + ignored, endedAt, now);
  });
  const create = wanted.filter((_, at) => waits[at] === 0);
  const left = waits.filter((wait) => wait > 0);
  return { create, remove: [], waitMs: left.length > 0 ? Math.min(...left) : 0 };
}

const waitAfter = (failures: number, endedAt: number, now: number): number =>
  Math.max(0, endedAt + Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LAST_BACKOFF_MS) - now);

/** One active pod an index; further ones, and those of indexes that are done, are too many. */
function sortByIndex(job: Job, { active, completedIndexes, failedIndexes }: JobState, now: number) {
  const seen = new Set<number>();
  const keep: Pod[] = [];
  const duplicates: Pod[] = [];
  // Of those that work on the same index the one stays that has come furthest.
  const isEachOnce = new Set(active.map(indexOf)).size === active.length;
  for (const pod of isEachOnce ? active : rankForDeletion(active, [], now).reverse()) {
    const index = indexOf(pod);
    const done = index === undefined || completedIndexes.has(index) || failedIndexes?.has(index);
    if (done || seen.has(index) || index >= (job.spec?.completions ?? 0)) duplicates.push(pod);
    else {
      keep.push(pod);
      seen.add(index);
    }
  }
  return { keep, duplicates };
}

/** The lowest indexes that no pod works on and that are not done, `count` at most: a Job may have more than there is memory for. */
function openIndexes(
  { spec }: Job,
  { active, terminating, completedIndexes, failedIndexes }: JobState,
  count: number,
): number[] {
  const holding = spec?.podReplacementPolicy === 'Failed' ? [...active, ...terminating] : active;
  const taken = new Set([
    ...completedIndexes,
    ...(failedIndexes ?? []),
    ...holding.flatMap((pod) => indexOf(pod) ?? []),
  ]);
  const open: number[] = [];
  for (let index = 0; index < (spec?.completions ?? 0) && open.length < count; index++)
    if (!taken.has(index)) open.push(index);
  return open;
}

/** After failures in a row new pods wait, twice as long each time, from the last failure on. */
function backoff(job: Job, { pods, lastSuccess, now }: PlanInput): number {
  const ends = pods.flatMap((pod) => (isFailedFor(job, pod) ? (endOf(pod) ?? []) : []));
  if (ends.length === 0) return 0;
  const success = lastSuccess();
  const failures = ends.filter((time) => time > success);
  const last = failures.reduce((latest, time) => Math.max(latest, time), 0);
  return failures.length === 0 ? 0 : waitAfter(failures.length, last, now);
}

/** When the last pod that has succeeded did, in milliseconds since the epoch; 0 when none has. */
export const lastSuccessOf = (pods: readonly Pod[]): number =>
  pods.reduce((last, pod) => (pod.status?.phase === 'Succeeded' ? Math.max(last, endOf(pod) ?? 0) : last), 0);
