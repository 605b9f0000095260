import type { Job, JobStatus } from '#api/batch/v1/job.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { formatIndexes } from './indexes.ts';
import type { Ending } from './job-plan.ts';
import { isIndexed, isTracked } from './job-pod.ts';
import { awaitingReplacement, type JobState } from './job-state.ts';

type Condition = NonNullable<JobStatus['conditions']>[number];

/** Sets a condition; one that says the same stays as it is. */
export function withJobCondition(
  conditions: readonly Condition[],
  text: { readonly type: string; readonly status: string; readonly reason: string; readonly message: string },
  now: number,
): readonly Condition[] {
  const old = conditions.find(({ type }) => type === text.type);
  if (old?.status === text.status && old.reason === text.reason && old.message === text.message) return conditions;
  const time = formatTime(now);
  const lastTransitionTime = old?.status === text.status ? old.lastTransitionTime : time;
  const condition = { ...text, lastProbeTime: time, lastTransitionTime };
  return old ? conditions.map((one) => (one === old ? condition : one)) : [...conditions, condition];
}

export const isFinishedJob = ({ status }: Job): boolean =>
  status?.conditions?.some(({ type, status: value }) => ['Complete', 'Failed'].includes(type) && value === 'True') ??
  false;

export interface StatusInput {
  readonly pods: readonly Pod[];
  readonly state: JobState;
  readonly ending: Ending | undefined;
  readonly now: number;
}

/** The status of a Job: finished pods are first noted by uid, and counted once they have lost their finalizer. */
export function jobStatus(job: Job, input: StatusInput): JobStatus {
  const { state, ending, now } = input;
  const old = job.status;
  const counted = count(job, input);
  const suspended = job.spec?.suspend === true;
  const active = state.active.length;
  const open = (counted.uncounted.succeeded?.length ?? 0) + (counted.uncounted.failed?.length ?? 0);
  const isAllNoted = counted.left === 0;
  const ended = ending !== undefined && active === 0 && state.terminating.length === 0 && isAllNoted;
  const startTime = suspended ? undefined : (old?.startTime ?? formatTime(now));
  const { failedIndexes } = state;
  return {
    ...(conditionsOf(job, { ending, ended: ended && open === 0, now }) ?? {}),
    ...(startTime || ended ? { startTime: startTime ?? old?.startTime } : {}),
    ...(ended && open === 0 && ending.type === 'Complete'
      ? { completionTime: old?.completionTime ?? formatTime(now) }
      : {}),
    active,
    ready: state.ready,
    terminating: state.terminating.length,
    succeeded: counted.succeeded,
    failed: counted.failed,
    ...(state.completedIndexes.size > 0 ? { completedIndexes: formatIndexes(state.completedIndexes) } : {}),
    ...(failedIndexes ? { failedIndexes: formatIndexes(failedIndexes) } : {}),
    uncountedTerminatedPods: counted.uncounted,
  };
}

/** No more pods are noted at a time, so that the status stays small; `left` are those whose turn comes later. */
const MOST_UNCOUNTED = 500;

function count(job: Job, { pods, state, ending }: StatusInput) {
  const { uncountedTerminatedPods, succeeded = 0, failed = 0 } = job.status ?? {};
  const tracked = new Set(pods.filter(isTracked).map(({ metadata }) => metadata?.uid ?? ''));
  const uids = (some: readonly Pod[]) => some.map(({ metadata }) => metadata?.uid ?? '');
  const open = (noted: readonly string[] = []) => noted.filter((uid) => tracked.has(uid));
  const settled = (noted: readonly string[] = []) => noted.filter((uid) => !tracked.has(uid)).length;
  const { succeeded: notedSucceeded, failed: notedFailed } = uncountedTerminatedPods ?? {};
  const held = ending ? new Set() : awaitingReplacement(job, state, pods);
  const newFailed = uids(state.newFailed).filter((uid) => !held.has(uid));
  const newSucceeded = isIndexed(job) ? [] : uids(state.newSucceeded);
  const known = { succeeded: isIndexed(job) ? [] : open(notedSucceeded), failed: open(notedFailed) };
  const room = Math.max(0, MOST_UNCOUNTED - known.succeeded.length - known.failed.length);
  const openSucceeded = [...known.succeeded, ...newSucceeded.slice(0, room)];
  const openFailed = [...known.failed, ...newFailed.slice(0, Math.max(0, room - newSucceeded.length))];
  return {
    succeeded: isIndexed(job) ? state.completedIndexes.size : succeeded + settled(notedSucceeded),
    failed: failed + settled(notedFailed),
    uncounted: {
      ...(openSucceeded.length > 0 ? { succeeded: openSucceeded } : {}),
      ...(openFailed.length > 0 ? { failed: openFailed } : {}),
    },
    left: Math.max(0, newSucceeded.length + newFailed.length - room),
  };
}

/** The end is told first as what is aimed at, then as reached when no pod is left. */
function conditionsOf(job: Job, { ending, ended, now }: { ending: Ending | undefined; ended: boolean; now: number }) {
  let conditions: readonly Condition[] = job.status?.conditions ?? [];
  const suspended = job.spec?.suspend === true;
  const wasSuspended = conditions.some(({ type, status }) => type === 'Suspended' && status === 'True');
  if (ending) {
    const { reason, message } = ending;
    const aim = ending.type === 'Failed' ? 'FailureTarget' : 'SuccessCriteriaMet';
    conditions = withJobCondition(conditions, { type: aim, status: 'True', reason, message }, now);
    if (ended) conditions = withJobCondition(conditions, { type: ending.type, status: 'True', reason, message }, now);
  } else if (suspended !== wasSuspended) {
    const [status, reason, message] = suspended
      ? ['True', 'JobSuspended', 'Job suspended']
      : ['False', 'JobResumed', 'Job resumed'];
    conditions = withJobCondition(
      conditions,
      { type: 'Suspended', status, reason, message } as Condition as never,
      now,
    );
  }
  return conditions.length > 0 ? { conditions } : undefined;
}
