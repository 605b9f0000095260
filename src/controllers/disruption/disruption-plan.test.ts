import { expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import type { PodDisruptionBudget } from '#api/policy/v1/pod-disruption-budget.ts';
import { budgetStatus, overdueDisruptions, unknownStatus } from './disruption-plan.ts';

const now = Date.UTC(2026, 0, 1);
const pod = (name: string, ready = true): Pod => ({
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});
const pods = [pod('a'), pod('b'), pod('c'), pod('d', false)];

test.each([
  [
    'a number that must be there',
    { minAvailable: 2 },
    0,
    { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 4 },
  ],
  [
    'a share that must be there is rounded up',
    { minAvailable: '50%' },
    5,
    { disruptionsAllowed: 0, currentHealthy: 3, desiredHealthy: 3, expectedPods: 5 },
  ],
  [
    'a number that may be missing',
    { maxUnavailable: 2 },
    4,
    { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 4 },
  ],
  [
    'a share that may be missing is rounded up',
    { maxUnavailable: '30%' },
    4,
    { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 4 },
  ],
  [
    'nothing may go where nothing is expected',
    { maxUnavailable: 1 },
    0,
    { disruptionsAllowed: 0, currentHealthy: 3, desiredHealthy: 0, expectedPods: 0 },
  ],
] as const)('%s', (_, spec, scale, want) => {
  expect(budgetStatus({ spec } as PodDisruptionBudget, { pods, scale, now })).toMatchObject(want);
});

test('evictions under way count as done until they time out', () => {
  const disruptedPods = { a: '2025-12-31T23:59:30Z', b: '2025-12-31T23:50:00Z', gone: '2025-12-31T23:59:30Z' };
  const status = budgetStatus(
    { spec: { minAvailable: 1 }, status: { disruptedPods } as never },
    { pods, scale: 0, now },
  );
  expect([status.disruptedPods, status.currentHealthy]).toEqual([{ a: '2025-12-31T23:59:30Z' }, 2]);
});

test('pods that were to be evicted long ago and are still there are told of', () => {
  const disruptedPods = { a: '2025-12-31T23:59:30Z', b: '2025-12-31T23:50:00Z', gone: '2025-12-31T23:50:00Z' };
  const overdue = overdueDisruptions({ status: { disruptedPods } as never }, pods, now);
  expect(overdue.map(({ metadata }) => metadata?.name)).toEqual(['b']);
});

test('the condition stays where it is among others', () => {
  const other = { type: 'Other', status: 'True', reason: 'X', message: '', lastTransitionTime: '2025-12-31T23:50:00Z' };
  const conditions = [{ ...other, type: 'DisruptionAllowed' }, other];
  const status = budgetStatus({ spec: { minAvailable: 1 }, status: { conditions } as never }, { pods, scale: 0, now });
  expect(status.conditions?.map(({ type }) => type)).toEqual(['DisruptionAllowed', 'Other']);
});

test('a budget of which nobody knows how many pods there should be lets none go', () => {
  const before = budgetStatus({ spec: { minAvailable: 1 } } as PodDisruptionBudget, { pods, scale: 0, now });
  const after = unknownStatus({ spec: {}, status: before } as PodDisruptionBudget, 'nobody knows', now + 1000);
  expect(after).toEqual({
    ...before,
    disruptionsAllowed: 0,
    conditions: [
      {
        type: 'DisruptionAllowed',
        status: 'False',
        reason: 'SyncFailed',
        message: 'nobody knows',
        lastTransitionTime: '2026-01-01T00:00:01Z',
      },
    ],
  });
});
