import { expect, test } from 'vitest';
import type { ContainerStatus, PodCondition } from '#api/core/v1/pod-status.ts';
import { container, podOf } from '../testing/fixtures.ts';
import { type ConditionInput, podConditions } from './pod-conditions.ts';

const status = (name: string, ready: boolean): ContainerStatus => ({
  name,
  ready,
  state: { running: {} },
  restartCount: 0,
  image: '',
  imageID: '',
  started: ready,
});
const BASE: ConditionInput = {
  phase: 'Running',
  init: [],
  app: [status('c', true)],
  hasSandbox: true,
  known: [],
  now: '2026-01-01T00:00:00Z',
};
const brief = (conditions: readonly PodCondition[]) =>
  conditions.map(({ type, status: value, reason, message }) =>
    [type, value, reason, message].filter(Boolean).join(' | '),
  );

test('a ready pod', () => {
  expect(brief(podConditions(podOf({}), BASE))).toEqual([
    'PodReadyToStartContainers | True',
    'Initialized | True',
    'Ready | True',
    'ContainersReady | True',
    'PodScheduled | True',
  ]);
});

test('a pod that prepares', () => {
  const pod = podOf({ initContainers: [container('i1'), container('i2')] });
  const waiting = { ...status('c', false), state: { waiting: {} } };
  const conditions = podConditions(pod, {
    ...BASE,
    phase: 'Pending',
    init: [status('i1', true), status('i2', false)],
    app: [waiting],
  });
  expect(brief(conditions).slice(1, 4)).toEqual([
    'Initialized | False | ContainersNotInitialized | containers with incomplete status: [i2]',
    'Ready | False | ContainersNotReady | containers with unready status: [c]',
    'ContainersReady | False | ContainersNotReady | containers with unready status: [c]',
  ]);
});

test.each([
  [
    undefined,
    'Ready | False | ReadinessGatesNotReady | corresponding condition of pod readiness gate "g" does not exist.',
  ],
  ['False', 'Ready | False | ReadinessGatesNotReady | the status of pod readiness gate "g" is not "True", but False'],
  ['True', 'Ready | True'],
])('a pod with a readiness gate that is %s', (gate, expected) => {
  const known = gate ? [{ type: 'g', status: gate }] : [];
  const conditions = podConditions(podOf({ readinessGates: [{ conditionType: 'g' }] }), { ...BASE, known });
  expect(brief(conditions).find((text) => text.startsWith('Ready'))).toBe(expected);
});

test('transition times move only with the status, and conditions of others stay', () => {
  const known: PodCondition[] = [
    { type: 'Ready', status: 'True', lastTransitionTime: '2025-01-01T00:00:00Z' },
    { type: 'ContainersReady', status: 'False', lastTransitionTime: '2025-01-01T00:00:00Z' },
    { type: 'PodScheduled', status: 'True', lastTransitionTime: '2025-01-01T00:00:00Z' },
    { type: 'DisruptionTarget', status: 'True' },
    { type: 'PodResizePending', status: 'True' },
  ];
  const resizePending: PodCondition = { type: 'PodResizePending', status: 'True', reason: 'Deferred' };
  const conditions = podConditions({ ...podOf({}), metadata: { generation: 2 } }, { ...BASE, known, resizePending });
  expect(conditions.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
    ['DisruptionTarget', undefined],
    ['PodResizePending', undefined],
    ['PodReadyToStartContainers', BASE.now],
    ['Initialized', BASE.now],
    ['Ready', '2025-01-01T00:00:00Z'],
    ['ContainersReady', BASE.now],
    ['PodScheduled', '2025-01-01T00:00:00Z'],
  ]);
  const generations = conditions.map(({ observedGeneration }) => observedGeneration);
  expect(generations).toEqual([undefined, undefined, 2, 2, 2, 2, 2]);
});
