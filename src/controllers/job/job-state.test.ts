import { expect, test } from 'vitest';
import type { Job } from '#api/batch/v1/job.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { judgeFailure } from './failure-policy.ts';
import { planJob } from './job-plan.ts';
import { COMPLETION_INDEX, FAILURE_COUNT, jobPod, TRACKING } from './job-pod.ts';
import { awaitingReplacement, endOf, observeJob } from './job-state.ts';
import { jobStatus } from './job-status.ts';

const now = Date.UTC(2026, 0, 1);
const at = (second: number) => `2026-01-01T00:00:0${second}Z`;
const ended = (name: string, finishedAt: string | undefined, exitCode = 1) => ({
  name,
  state: finishedAt ? { terminated: { exitCode, finishedAt } } : { running: {} },
});

interface Told {
  readonly index?: number;
  readonly failures?: number;
  readonly phase?: string;
  readonly node?: string;
  readonly containers?: readonly object[];
  readonly init?: readonly object[];
  readonly metadata?: object;
}
const pod = (uid: string, { index, failures, phase = 'Failed', node, containers, init, metadata }: Told = {}): Pod =>
  ({
    metadata: {
      name: uid,
      namespace: 'default',
      uid,
      creationTimestamp: at(1),
      finalizers: [TRACKING],
      annotations: {
        ...(index === undefined ? {} : { [COMPLETION_INDEX]: String(index) }),
        ...(failures === undefined ? {} : { [FAILURE_COUNT]: String(failures) }),
      },
      ...metadata,
    },
    spec: { containers: [], ...(node ? { nodeName: node } : {}) },
    status: { phase, containerStatuses: containers ?? [], initContainerStatuses: init ?? [] },
  }) as unknown as Pod;

const job = (spec: object, status: object = {}): Job =>
  ({ metadata: { name: 'work' }, spec: { template: {}, parallelism: 3, completions: 3, ...spec }, status }) as Job;
const perIndex = job({ completionMode: 'Indexed', backoffLimitPerIndex: 2 });

test.each([
  ['by the last of its containers', { containers: [ended('a', at(3)), ended('b', at(5))] }, at(5)],
  ['not by some of them', { containers: [ended('a', at(3)), ended('b', undefined)] }, at(1)],
  [
    'by its deletion without the time it was given',
    { metadata: { deletionTimestamp: at(9), deletionGracePeriodSeconds: 2 } },
    at(7),
  ],
  ['by nothing else than its creation', {}, at(1)],
] as const)('a pod ended: %s', (_, told, want) => {
  expect(endOf(pod('one', told))).toBe(Date.parse(want));
});

test('containers decide before init containers, and the first rule that fits', () => {
  const rules = [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [3, 4] } }];
  const policy = job({ podFailurePolicy: { rules } });
  const told = { containers: [ended('main', at(2), 3)], init: [ended('first', at(1), 4)] };
  expect(judgeFailure(policy, pod('p', told))).toEqual({
    action: 'Ignore',
    message: 'Container main for pod default/p failed with exit code 3 matching Ignore rule at index 0',
  });
});

test.each([
  ['the failed one of an index that nobody works on', [pod('a', { index: 0 })], ['a']],
  ['the last of several', [pod('a', { index: 0 }), pod('b', { index: 0, failures: 1 })], ['b']],
  ['none where another works on the index', [pod('a', { index: 0 }), pod('b', { index: 0, phase: 'Running' })], []],
  ['none where the index has succeeded', [pod('a', { index: 0 }), pod('b', { index: 0, phase: 'Succeeded' })], []],
  ['none where the index has failed for good', [pod('a', { index: 0, failures: 2 })], []],
] as const)('kept until another has taken over: %s', (_, pods, want) => {
  expect([...awaitingReplacement(perIndex, observeJob(perIndex, pods), pods)]).toEqual(want);
});

test('no more than 500 pods are noted at a time, and a job is not at its end before all are', () => {
  const pods = Array.from({ length: 600 }, (_, index) => pod(`p${index}`, { phase: 'Succeeded' }));
  const large = job({ completions: 600 });
  const ending = { type: 'Complete', reason: 'CompletionsReached', message: '' } as const;
  const input = { pods, state: observeJob(large, pods), ending, now };
  const status = jobStatus(large, input);
  expect([status.uncountedTerminatedPods?.succeeded?.length, status.conditions?.map(({ type }) => type)]).toEqual([
    500,
    ['SuccessCriteriaMet'],
  ]);
});

test('of those that work on one index the furthest stays', () => {
  const pods = [pod('pending', { index: 0, phase: 'Pending' }), pod('runs', { index: 0, phase: 'Running', node: 'n' })];
  const indexed = job({ completionMode: 'Indexed', completions: 1 });
  const plan = planJob(indexed, observeJob(indexed, pods), { pods, lastSuccess: () => 0, now });
  expect(plan.remove.map(({ metadata }) => metadata?.name)).toEqual(['pending']);
});

test('a pod of an index is named for it, however long the name, and its host is, whatever the template says', () => {
  const name = 'n'.repeat(60);
  const made = jobPod({ ...job({ template: { spec: { hostname: 'other' } } }), metadata: { name } } as Job, 12);
  expect([made.metadata?.generateName, made.spec?.hostname]).toEqual([`${'n'.repeat(54)}-12-`, `${name}-12`]);
});
