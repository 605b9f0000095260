import { expect, test } from 'vitest';
import type { StatefulSet } from '#api/apps/v1/stateful-set.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { planStateful } from './stateful-plan.ts';
import { statefulStatus } from './stateful-status.ts';

type State = 'ready' | 'starting' | 'failed' | 'leaving';
const pod = (ordinal: number, state: State = 'ready', revision = 'new'): Pod => ({
  metadata: {
    name: `db-${ordinal}`,
    labels: { 'controller-revision-hash': revision },
    ...(state === 'leaving' ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
  status: {
    phase: state === 'failed' ? 'Failed' : state === 'starting' ? 'Pending' : 'Running',
    conditions: [{ type: 'Ready', status: state === 'ready' || state === 'leaving' ? 'True' : 'False' }],
  },
});
const set = (spec: Partial<StatefulSet['spec']> = {}): StatefulSet => ({
  metadata: { name: 'db' },
  spec: { replicas: 3, selector: {}, template: {}, ...spec },
  status: { replicas: 3, currentReplicas: 0 },
});
const parallel = { podManagementPolicy: 'Parallel' };
const partition = (number: number, maxUnavailable?: number | string) => ({
  updateStrategy: {
    type: 'RollingUpdate',
    rollingUpdate: { partition: number, ...(maxUnavailable === undefined ? {} : { maxUnavailable }) },
  },
});
const old = (ordinal: number, state: State = 'ready') => pod(ordinal, state, 'old');

test.each([
  ['the first pod is made first', set(), [], ['create 0 new']],
  ['the next waits until it is ready', set(), [pod(0, 'starting')], []],
  ['then the next is made', set(), [pod(0)], ['create 1 new']],
  ['a gap is filled first', set(), [pod(0), pod(2)], ['create 1 new']],
  ['in parallel all are made at once', set(parallel), [pod(1, 'starting')], ['create 0 new', 'create 2 new']],
  ['a failed pod is replaced', set(), [pod(0, 'failed'), pod(1)], ['delete db-0']],
  ['numbers may start elsewhere', set({ ordinals: { start: 5 }, replicas: 1 }), [], ['create 5 new']],
  ['too many go from the highest, one by one', set({ replicas: 1 }), [pod(0), pod(1), pod(2)], ['delete db-2']],
  ['the next goes when it is gone', set({ replicas: 1 }), [pod(0), pod(1), pod(2, 'leaving')], []],
  ['the last waits while others do not work', set({ replicas: 0 }), [pod(0, 'starting'), pod(1, 'starting')], []],
  ['one that works goes all the same', set({ replicas: 0 }), [pod(0, 'starting'), pod(1)], ['delete db-1']],
  ['and the first that does not work', set({ replicas: 0 }), [pod(0, 'starting')], ['delete db-0']],
  [
    'the first that has not worked for long enough goes, too',
    set({ replicas: 0, minReadySeconds: 10 }),
    [pod(0)],
    ['delete db-0'],
  ],
  [
    'in parallel all that are too many go',
    set({ replicas: 1, ...parallel }),
    [pod(0), pod(1), pod(2)],
    ['delete db-2', 'delete db-1'],
  ],
  [
    'an update begins with the highest',
    set(),
    [pod(0, 'ready', 'old'), pod(1, 'ready', 'old'), pod(2, 'ready', 'old')],
    ['delete db-2'],
  ],
  ['and waits for it', set(), [pod(0, 'ready', 'old'), pod(1, 'ready', 'old'), pod(2, 'starting')], []],
  ['and goes down', set(), [pod(0, 'ready', 'old'), pod(1, 'ready', 'old'), pod(2)], ['delete db-1']],
  ['as far as the partition', set(partition(2)), [pod(0, 'ready', 'old'), pod(1, 'ready', 'old'), pod(2)], []],
  ['below which pods come back as they were', set(partition(2)), [pod(1, 'ready', 'old'), pod(2)], ['create 0 old']],
  [
    'an update goes on from the highest although one below does not work',
    set(parallel),
    [old(0, 'starting'), old(1), old(2)],
    ['delete db-2'],
  ],
  ['and reaches that one, too', set(parallel), [old(0, 'starting'), pod(1), pod(2)], ['delete db-0']],
  ['as many go as may be missing', set(partition(0, 2)), [old(0), old(1), old(2)], ['delete db-2', 'delete db-1']],
  ['down to the partition', set(partition(2, 2)), [old(0), old(1), old(2)], ['delete db-2']],
  [
    'fewer where some are missing, wherever these are',
    set({ ...partition(1, 2), ...parallel }),
    [old(0, 'starting'), old(1), old(2)],
    ['delete db-2'],
  ],
  [
    'none where as many are missing',
    set({ ...partition(0, 1), ...parallel }),
    [old(0, 'starting'), old(1), old(2)],
    [],
  ],
  ['a share is rounded down', set(partition(0, '60%')), [old(0), old(1), old(2)], ['delete db-2']],
  ['but not to nothing', set(partition(0, '10%')), [old(0), old(1), old(2)], ['delete db-2']],
  [
    'nothing is updated unless it is deleted',
    set({ updateStrategy: { type: 'OnDelete' } }),
    [pod(0, 'ready', 'old'), pod(1), pod(2)],
    [],
  ],
] as const)('%s', (_, object, pods, want) => {
  const steps = planStateful({ set: object, pods, current: 'old', update: 'new', now: 0, honoursMaxUnavailable: true });
  const told = steps.map((step) =>
    step.type === 'create' ? `create ${step.ordinal} ${step.revision}` : `${step.type} ${step.pod.metadata?.name}`,
  );
  expect(told).toEqual(want);
});

test('of pods without number so many are made at a time', () => {
  const state = { set: set({ ...parallel, replicas: 2_000_000_000 }), current: 'new', update: 'new', now: 0 };
  const steps = planStateful({ ...state, pods: [pod(0), pod(499)] });
  expect([steps.length, steps[0], steps.at(-1)]).toEqual([
    500,
    { type: 'create', ordinal: 1, revision: 'new' },
    { type: 'create', ordinal: 501, revision: 'new' },
  ]);
});

test('how many may be missing does not count unless the feature is on, whoever wrote it down', () => {
  const state = { set: set(partition(0, 2)), pods: [old(0), old(1), old(2)], current: 'old', update: 'new', now: 0 };
  expect(planStateful(state)).toEqual([{ type: 'delete', pod: old(2) }]);
});

test('an update is done when all wanted pods are of its revision and ready, and no other is left', () => {
  const revision = (pods: readonly Pod[]) =>
    statefulStatus({ set: set(), pods, current: 'old', update: 'new', now: 0 }, undefined).currentRevision;
  expect(revision([pod(0), pod(1), pod(2)])).toBe('new');
  expect(revision([pod(0), pod(1), pod(2, 'starting')])).toBe('old');
  expect(revision([pod(0), pod(1)])).toBe('old');
  expect(revision([])).toBe('old');
});
