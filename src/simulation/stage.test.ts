import { expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import { createDice } from './dice.ts';
import { defaultStages, nextStage, type PodCondition, type PodStage, phaseOf } from './stage.ts';

const pod = (more: object = {}): Pod =>
  ({ metadata: { name: 'p', namespace: 'shop', uid: 'u' }, spec: { containers: [] }, ...more }) as unknown as Pod;
const ready = (status: string) => ({ phase: 'Running', conditions: [{ type: 'Ready', status }] });

test.each([
  [{}, 'Pending'],
  [{ status: { phase: 'Pending' } }, 'Pending'],
  [{ status: ready('False') }, 'Running'],
  [{ status: ready('True') }, 'Ready'],
  [{ status: { phase: 'Succeeded' } }, 'Succeeded'],
  [{ status: { phase: 'Failed' } }, 'Failed'],
  [{ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: ready('True') }, 'Terminating'],
])('a pod with %j is %s', (more, phase) => {
  expect(phaseOf(pod(more))).toBe(phase);
});

const owned = {
  metadata: {
    name: 'p',
    namespace: 'shop',
    uid: 'u',
    labels: { app: 'web', tier: 'front' },
    ownerReferences: [{ kind: 'Job', name: 'j', uid: 'j', apiVersion: 'batch/v1', controller: true }],
  },
  spec: { containers: [], restartPolicy: 'Never' },
};

test.each<[Omit<PodCondition, 'phase'>, boolean]>([
  [{}, true],
  [{ labels: { app: 'web' } }, true],
  [{ labels: { app: 'web', tier: 'back' } }, false],
  [{ namespaces: ['shop', 'other'] }, true],
  [{ namespaces: ['other'] }, false],
  [{ restartPolicies: ['Never'] }, true],
  [{ restartPolicies: ['Always'] }, false],
  [{ ownerKinds: ['Job'] }, true],
  [{ ownerKinds: ['ReplicaSet'] }, false],
  [{ nodeLabels: { pool: 'spot' } }, true],
  [{ nodeLabels: { pool: 'other' } }, false],
])('the condition %j matches: %s', (when, matches) => {
  const stages: PodStage[] = [{ name: 's', when: { phase: 'Pending', ...when }, delayMs: 5, next: 'Running' }];
  const planned = nextStage(pod(owned), stages, { dice: () => 0, nodeLabels: { pool: 'spot' } });
  expect(planned).toEqual(matches ? { stage: stages[0], delayMs: 5 } : undefined);
});

test('a stage whose dice fall otherwise leaves the pod to the next, and jitter adds to the delay', () => {
  const stages: PodStage[] = [
    { name: 'fail', when: { phase: 'Pending' }, delayMs: 0, probability: 0.5, next: 'Failed' },
    { name: 'run', when: { phase: 'Pending' }, delayMs: 100, jitterMs: 50, next: 'Ready' },
  ];
  expect(nextStage(pod(), stages, { dice: () => 0.4 })).toEqual({ stage: stages[0], delayMs: 0 });
  expect(nextStage(pod(), stages, { dice: () => 0.6 })).toEqual({ stage: stages[1], delayMs: 130 });
});

test('the default stages lead a pod through its life', () => {
  const next = (more: object) => nextStage(pod(more), defaultStages, { dice: () => 0 })?.stage.next;
  expect(next({})).toBe('Ready');
  expect(next({ status: ready('False') })).toBe('Ready');
  expect(next({ status: ready('True') })).toBeUndefined();
  expect(next({ ...owned, status: ready('True') })).toBe('Succeeded');
  expect(next({ status: { phase: 'Succeeded' } })).toBeUndefined();
  expect(next({ metadata: { deletionTimestamp: 'x' } })).toBe('Deleted');
});

test('dice fall evenly, and for one question always the same', () => {
  const dice = createDice(1);
  const throws = Array.from({ length: 10_000 }, (_, index) => dice(`pod-${index}/run`));
  expect(throws).toEqual(throws.map((_, index) => createDice(1)(`pod-${index}/run`)));
  expect(createDice(2)('pod-0/run')).not.toBe(throws[0]);
  for (const limit of [0.1, 0.5, 0.9]) {
    const share = throws.filter((each) => each < limit).length / throws.length;
    expect(Math.abs(share - limit)).toBeLessThan(0.02);
  }
});
