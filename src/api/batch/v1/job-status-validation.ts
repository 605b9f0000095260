import { checkEach, nonNegative } from '#api/checks.ts';
import {
  duplicate,
  type FieldError,
  FieldPath,
  invalid,
  invalidWithoutValue,
  required,
} from '#machinery/errors/field-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Job, JobStatus } from './job.ts';
import { parseJobIndexes, sharedIndex } from './job-indexes.ts';
import type { JobSpec } from './job-spec.ts';

const STATUS = new FieldPath('status');
const CONDITIONS = STATUS.child('conditions');

type ConditionType = NonNullable<JobStatus['conditions']>[number]['type'];

const has = ({ conditions }: JobStatus, type: ConditionType): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

const isFinished = (status: JobStatus): boolean => has(status, 'Complete') || has(status, 'Failed');

/** One change of a status, and what is asked of it: most rules are asked only of what changes. */
interface Change {
  readonly status: JobStatus;
  readonly before: JobStatus;
  readonly spec: JobSpec | undefined;
  readonly changes: (...names: (keyof JobStatus)[]) => boolean;
  /** Whether one of these conditions came or went. */
  readonly turns: (...types: ConditionType[]) => boolean;
}

/** The rules of what a Job's controller says of it, whoever that is. */
export function validateJobStatus({ status = {}, spec }: Job, old: Job): FieldError[] {
  const before = old.status ?? {};
  const change: Change = {
    status,
    before,
    spec,
    changes: (...names) => names.some((name) => !deepEqual(status[name], before[name])),
    turns: (...types) => types.some((type) => has(status, type) !== has(before, type)),
  };
  return [
    ...COUNTS.flatMap((name) => nonNegative(STATUS.child(name), status[name])),
    ...uncountedErrors(status),
    ...completionErrors(change),
    ...finishedErrors(change),
    ...indexErrors(change),
    ...podErrors(change),
    ...criteriaErrors(change),
    ...transitionErrors(change),
  ];
}

const COUNTS = ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const;

function uncountedErrors({ uncountedTerminatedPods: pods }: JobStatus): FieldError[] {
  const seen = new Set<string>();
  return (['succeeded', 'failed'] as const).flatMap((list) =>
    checkEach(pods?.[list], STATUS.child('uncountedTerminatedPods', list), (uid, at) => {
      if (uid === '') return [invalid(at, uid, 'must not be empty')];
      if (seen.has(uid)) return [duplicate(at, uid)];
      seen.add(uid);
      return [];
    }),
  );
}

/** Collects the texts of the rules that are asked and broken. */
const broken = (...rules: readonly (readonly [isAsked: boolean, isBroken: boolean, error: () => FieldError])[]) =>
  rules.filter(([isAsked, isBroken]) => isAsked && isBroken).map(([, , error]) => error());

const conditions = (detail: string) => () => invalidWithoutValue(CONDITIONS, detail);

function completionErrors({ status, changes, turns }: Change): FieldError[] {
  const { completionTime, startTime } = status;
  const isComplete = has(status, 'Complete');
  const isFailed = has(status, 'Failed');
  const field = STATUS.child('completionTime');
  const isTimed = turns('Complete') || changes('completionTime');
  return broken(
    [
      turns('Complete', 'Failed'),
      isComplete && isFailed,
      conditions('cannot set Complete=True and Failed=true conditions'),
    ],
    [
      turns('Complete', 'FailureTarget'),
      isComplete && has(status, 'FailureTarget'),
      conditions('cannot set Complete=True and FailureTarget=true conditions'),
    ],
    [
      isTimed,
      completionTime !== undefined && !isComplete,
      () => invalid(field, completionTime, 'cannot set completionTime when there is no Complete=True condition'),
    ],
    [
      isTimed,
      completionTime === undefined && isComplete,
      () => required(field, 'completionTime is required for Complete jobs'),
    ],
    [
      changes('startTime', 'completionTime'),
      startTime !== undefined && completionTime !== undefined && Date.parse(completionTime) < Date.parse(startTime),
      () => invalid(field, completionTime, 'completionTime cannot be set before startTime'),
    ],
    [
      turns('Failed', 'FailureTarget'),
      isFailed && !has(status, 'FailureTarget'),
      conditions('cannot set Failed=True condition without the FailureTarget=true condition'),
    ],
    [
      turns('Complete', 'SuccessCriteriaMet'),
      isComplete && !has(status, 'SuccessCriteriaMet'),
      conditions('cannot set Complete=True condition without the SuccessCriteriaMet=true condition'),
    ],
  );
}

/** Nothing of a finished Job runs or waits to be counted. */
function finishedErrors({ status, before, changes }: Change): FieldError[] {
  const { active = 0, startTime, uncountedTerminatedPods: pods } = status;
  const finished = isFinished(status);
  const finishes = finished !== isFinished(before);
  const uncounted = (pods?.failed?.length ?? 0) + (pods?.succeeded?.length ?? 0);
  const shown = { Succeeded: pods?.succeeded ?? null, Failed: pods?.failed ?? null };
  return broken(
    [
      finishes || changes('active'),
      finished && active > 0,
      () => invalid(STATUS.child('active'), active, 'active>0 is invalid for finished job'),
    ],
    [
      finishes || changes('startTime'),
      finished && startTime === undefined,
      () => required(STATUS.child('startTime'), 'startTime is required for finished job'),
    ],
    [
      finishes || changes('uncountedTerminatedPods'),
      finished && uncounted > 0,
      () =>
        invalid(
          STATUS.child('uncountedTerminatedPods'),
          shown,
          'uncountedTerminatedPods needs to be empty for finished job',
        ),
    ],
  );
}

function indexErrors({ status, spec, changes }: Change): FieldError[] {
  const { completedIndexes = '', failedIndexes } = status;
  const { completions, backoffLimitPerIndex, completionMode } = spec ?? {};
  const completed = STATUS.child('completedIndexes');
  const failed = STATUS.child('failedIndexes');
  const read = (text: string | undefined) => parseJobIndexes(text ?? '', completions ?? 0);
  const problem = (text: string | undefined): string | undefined => {
    const parsed = read(text);
    return completions !== undefined && 'error' in parsed ? parsed.error : undefined;
  };
  const wrongCompleted = problem(completedIndexes);
  const wrongFailed = backoffLimitPerIndex === undefined ? undefined : problem(failedIndexes);
  const shared = completions === undefined ? undefined : sharedIndex(read(completedIndexes), read(failedIndexes));
  return broken(
    [
      changes('completedIndexes'),
      wrongCompleted !== undefined,
      () => invalid(completed, completedIndexes, `error parsing completedIndexes: ${wrongCompleted}`),
    ],
    [
      changes('failedIndexes'),
      wrongFailed !== undefined,
      () => invalid(failed, failedIndexes, `error parsing failedIndexes: ${wrongFailed}`),
    ],
    [
      changes('completedIndexes'),
      completedIndexes !== '' && completionMode !== 'Indexed',
      () =>
        invalid(completed, completedIndexes, 'cannot set non-empty completedIndexes when non-indexed completion mode'),
    ],
    [
      changes('failedIndexes'),
      backoffLimitPerIndex === undefined && failedIndexes !== undefined,
      () => invalid(failed, failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'),
    ],
    [
      changes('completedIndexes', 'failedIndexes'),
      shared !== undefined,
      () => invalid(failed, failedIndexes, `failedIndexes and completedIndexes overlap at index: ${shared}`),
    ],
  );
}

function podErrors({ status, before, changes }: Change): FieldError[] {
  const { active = 0, ready = 0, terminating = 0 } = status;
  return broken(
    [
      isFinished(status) !== isFinished(before) || changes('terminating'),
      isFinished(status) && terminating > 0,
      () => invalid(STATUS.child('terminating'), terminating, 'terminating>0 is invalid for finished job'),
    ],
    [
      changes('ready', 'active'),
      ready > active,
      () => invalid(STATUS.child('ready'), ready, 'cannot set more ready pods than active'),
    ],
  );
}

function criteriaErrors({ status, spec }: Change): FieldError[] {
  const isMet = has(status, 'SuccessCriteriaMet');
  return broken(
    [isMet, has(status, 'Failed'), conditions('cannot set SuccessCriteriaMet=True and Failed=true conditions')],
    [
      isMet,
      has(status, 'FailureTarget'),
      conditions('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'),
    ],
    [
      !isMet && spec?.successPolicy !== undefined,
      has(status, 'Complete'),
      conditions('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'),
    ],
  );
}

/** What was said for good is not taken back, and counters only grow. */
function transitionErrors({ status, before, spec, changes }: Change): FieldError[] {
  const { completionTime, failed = 0, succeeded = 0 } = status;
  // An elastic Job may shrink below what has succeeded already.
  const isElastic = spec?.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  return [
    ...(['Failed', 'Complete', 'FailureTarget'] as const)
      .filter((type) => has(before, type) && !has(status, type))
      .map((type) => invalidWithoutValue(CONDITIONS, `cannot disable the terminal ${type}=True condition`)),
    ...broken(
      [
        true,
        failed < (before.failed ?? 0),
        () => invalid(STATUS.child('failed'), failed, 'cannot decrease the failed counter'),
      ],
      [
        !isElastic,
        succeeded < (before.succeeded ?? 0),
        () => invalid(STATUS.child('succeeded'), succeeded, 'cannot decrease the succeeded counter'),
      ],
      [
        completionTime !== undefined && before.completionTime !== undefined,
        changes('completionTime'),
        () => invalid(STATUS.child('completionTime'), completionTime, 'field is immutable'),
      ],
      [
        before.startTime !== undefined && !spec?.suspend && !isResumed(status, before),
        changes('startTime'),
        () => invalid(STATUS.child('startTime'), status.startTime, 'field is immutable for unsuspended job once set'),
      ],
      [
        has(before, 'SuccessCriteriaMet'),
        !has(status, 'SuccessCriteriaMet'),
        conditions('cannot disable the SuccessCriteriaMet=True condition'),
      ],
      [
        has(before, 'Complete') && !has(before, 'SuccessCriteriaMet'),
        has(status, 'SuccessCriteriaMet'),
        conditions('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions'),
      ],
    ),
  ];
}

/** Its controller says that it goes on after somebody has asked for it: only then does it begin anew. */
const isResumed = (status: JobStatus, before: JobStatus): boolean =>
  has(before, 'Suspended') &&
  (status.conditions?.some((each) => each.type === 'Suspended' && each.status === 'False') ?? false);
