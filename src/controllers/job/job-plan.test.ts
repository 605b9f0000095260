import { expect, test } from 'vitest';
import type { Job } from '#api/batch/v1/job.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { endingOf, lastSuccessOf, planJob } from './job-plan.ts';
import { COMPLETION_INDEX, FAILURE_COUNT, TRACKING } from './job-pod.ts';
import { observeJob } from './job-state.ts';

const now = Date.UTC(2026, 0, 1, 1);
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString().replace('.000', '');

const job = (spec: object, status: object = {}): Job =>
  ({
    metadata: { name: 'work' },
    spec: { template: { spec: { containers: [], restartPolicy: 'Never' } }, parallelism: 2, backoffLimit: 2, ...spec },
    status,
  }) as Job;
const indexed = (spec: object, status: object = {}): Job =>
  job({ completionMode: 'Indexed', completions: 4, backoffLimit: 100, ...spec }, status);

let uids = 0;
interface Told {
  readonly index?: number;
  readonly failures?: number;
  readonly restarts?: number;
  readonly endedAgo?: number;
  readonly exitCode?: number;
  readonly going?: boolean;
}
const pod = (phase: string, { index, failures, restarts = 0, endedAgo, exitCode = 1, going }: Told = {}): Pod => {
  const state = endedAgo === undefined ? {} : { terminated: { exitCode, finishedAt: ago(endedAgo) } };
  return {
    metadata: {
      name: `p${++uids}`,
      namespace: 'default',
      uid: `uid-${uids}`,
      creationTimestamp: ago(3600),
      finalizers: [TRACKING],
      annotations: {
        ...(index === undefined ? {} : { [COMPLETION_INDEX]: String(index) }),
        ...(failures === undefined ? {} : { [FAILURE_COUNT]: String(failures) }),
      },
      ...(going ? { deletionTimestamp: ago(5) } : {}),
    },
    spec: { containers: [] },
    status: { phase, containerStatuses: [{ name: 'main', restartCount: restarts, state }] },
  } as unknown as Pod;
};
const many = (count: number, phase: string) => Array.from({ length: count }, () => pod(phase));

const BACKOFF = ['Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit'];
const ENOUGH = ['Complete', 'CompletionsReached', 'Reached expected number of succeeded pods'];
const onFailure = { template: { spec: { containers: [], restartPolicy: 'OnFailure' } } };

test.each([
  ['goes on while it may fail more', job({}), many(2, 'Failed'), undefined],
  ['fails with one failure too many', job({}), many(3, 'Failed'), BACKOFF],
  ['counts those failed before', job({}, { failed: 2 }), many(1, 'Failed'), BACKOFF],
  ['counts restarts in place', job(onFailure), [pod('Running', { restarts: 2 })], BACKOFF],
  [
    'counts those of pods that go, too',
    job(onFailure),
    [pod('Running', { restarts: 1 }), pod('Running', { restarts: 1, going: true })],
    BACKOFF,
  ],
  ['but not those of others', job({}), [pod('Running', { restarts: 9 })], undefined],
  [
    'fails with the first restart where none may be',
    job({ ...onFailure, backoffLimit: 0 }),
    [pod('Running', { restarts: 1 })],
    BACKOFF,
  ],
  [
    'fails at its deadline',
    job({ activeDeadlineSeconds: 60 }, { startTime: ago(60) }),
    many(1, 'Running'),
    ['Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline'],
  ],
  [
    'has no deadline while it is suspended',
    job({ activeDeadlineSeconds: 60, suspend: true }, { startTime: ago(99) }),
    [],
    undefined,
  ],
  ['is complete with enough successes', job({ completions: 2 }), many(2, 'Succeeded'), ENOUGH],
  ['counts those that succeeded before', job({ completions: 2 }, { succeeded: 1 }), many(1, 'Succeeded'), ENOUGH],
  ['goes on with fewer', job({ completions: 2 }), many(1, 'Succeeded'), undefined],
  ['without a number waits for the others after the first', job({}), [pod('Succeeded'), pod('Running')], undefined],
  ['and is complete when none is left', job({}), [pod('Succeeded')], ENOUGH],
  [
    'fails with too many failed indexes',
    indexed({ backoffLimitPerIndex: 0, maxFailedIndexes: 1 }),
    [pod('Failed', { index: 0 }), pod('Failed', { index: 1 })],
    ['Failed', 'MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes'],
  ],
  [
    'fails when all indexes are done and some have failed',
    indexed({ backoffLimitPerIndex: 1 }, { completedIndexes: '0-2' }),
    [pod('Failed', { index: 3, failures: 1 })],
    ['Failed', 'FailedIndexes', 'Job has failed indexes'],
  ],
  [
    'goes on while an index may fail again',
    indexed({ backoffLimitPerIndex: 1 }, { completedIndexes: '0-2' }),
    [pod('Failed', { index: 3 })],
    undefined,
  ],
  [
    'has succeeded when its policy says so',
    indexed({
      successPolicy: { rules: [{ succeededIndexes: '0,1' }, { succeededIndexes: '2-3', succeededCount: 1 }] },
    }),
    [pod('Succeeded', { index: 3 })],
    ['Complete', 'SuccessPolicy', 'Matched rules at index 1'],
  ],
  [
    'keeps to what it aimed at',
    job({}, { conditions: [{ type: 'FailureTarget', status: 'True', reason: 'PodFailurePolicy', message: 'why' }] }),
    [],
    ['Failed', 'PodFailurePolicy', 'why'],
  ],
  [
    'is failed by its policy before its limit is reached',
    job({ podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [1] } }] } }),
    [pod('Failed', { endedAgo: 5, exitCode: 3 })],
    ['Failed', 'PodFailurePolicy', expect.stringMatching(/failed with exit code 3 matching FailJob rule at index 0$/)],
  ],
] as const)('a job %s', (_, object, pods, want) => {
  const ending = endingOf(object, observeJob(object, pods), { pods, now });
  expect(ending && [ending.type, ending.reason, ending.message]).toEqual(want);
});

test.each([
  ['as many as may run', job({ completions: 5 }), [], { create: [undefined, undefined] }],
  ['no more than are needed', job({ completions: 5 }, { succeeded: 4 }), [], { create: [undefined] }],
  ['none while suspended, and those that run go', job({ suspend: true }), many(2, 'Running'), { remove: 2 }],
  ['those too many go', job({ parallelism: 1 }), many(3, 'Running'), { remove: 2 }],
  ['without a number none after the first success', job({}), [pod('Succeeded'), pod('Running')], {}],
  ['the lowest open indexes', indexed({}, { completedIndexes: '0' }), [pod('Running', { index: 2 })], { create: [1] }],
  ['one that is going has failed', job({}), [pod('Running'), pod('Running', { going: true })], { waitMs: 5000 }],
  [
    'not before its end where the job waits for that',
    job({ podReplacementPolicy: 'Failed' }),
    [pod('Running'), pod('Running', { going: true })],
    {},
  ],
  [
    'all other indexes meanwhile',
    indexed({ podReplacementPolicy: 'Failed', completions: 3, parallelism: 3 }),
    [pod('Running', { index: 0, going: true }), pod('Running', { index: 1 })],
    { create: [2] },
  ],
  [
    'no more indexes than may run, those that go among them',
    indexed({ podReplacementPolicy: 'Failed', parallelism: 2 }),
    [pod('Running', { index: 0, going: true }), pod('Running', { index: 1 })],
    {},
  ],
  ['after a failure in ten seconds', job({}), [pod('Failed', { endedAgo: 4 })], { waitMs: 6000 }],
  [
    'after two in twenty',
    job({}),
    [pod('Failed', { endedAgo: 40 }), pod('Failed', { endedAgo: 4 })],
    { waitMs: 16_000 },
  ],
  [
    'after a success at once',
    job({}),
    [pod('Failed', { endedAgo: 4 }), pod('Succeeded', { endedAgo: 3, exitCode: 0 })],
    {},
  ],
  [
    'each index waits for itself',
    indexed({ backoffLimitPerIndex: 3, parallelism: 4, completions: 2 }),
    [pod('Failed', { index: 1, endedAgo: 4 })],
    { create: [0], waitMs: 6000 },
  ],
] as const)('pods to make and to delete: %s', (_, object, pods, want) => {
  const plan = planJob(object, observeJob(object, pods), { pods, lastSuccess: () => lastSuccessOf(pods), now });
  const found = { create: plan.create, remove: plan.remove.length, waitMs: plan.waitMs };
  expect(found).toEqual({ create: [], remove: 0, waitMs: 0, ...want });
});

test('of a Job with more indexes than there is memory for those are spelled out that are made', () => {
  const rules = [{ succeededIndexes: '0-1999999998' }, { succeededIndexes: '1-1999999999', succeededCount: 2 }];
  const large = indexed({ completions: 2_000_000_000, successPolicy: { rules } }, { completedIndexes: '0,2' });
  const state = observeJob(large, []);
  expect(planJob(large, state, { pods: [], lastSuccess: () => 0, now }).create).toEqual([1, 3]);
  expect(endingOf(large, state, { pods: [], now })).toBeUndefined();
  const more = { ...large, status: { ...large.status, completedIndexes: '0,2,3' } };
  expect(endingOf(more, observeJob(more, []), { pods: [], now })).toMatchObject({
    message: 'Matched rules at index 1',
  });
});
