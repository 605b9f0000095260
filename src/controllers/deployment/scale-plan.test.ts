import { expect, test } from 'vitest';
import type { Deployment } from '#api/apps/v1/deployment.ts';
import type { ReplicaSet } from '#api/apps/v1/replica-set.ts';
import { planRollingStep, planScaling } from './scale-plan.ts';

type Limit = number | string;
const deployment = (replicas: number, maxSurge: Limit = '25%', maxUnavailable: Limit = '25%'): Deployment => ({
  spec: {
    replicas,
    selector: {},
    template: {},
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
  },
});
const set = (name: string, replicas: number, available = replicas, max?: number): ReplicaSet => ({
  metadata: {
    name,
    creationTimestamp: `2026-01-0${name.charCodeAt(0) - 96}T00:00:00Z`,
    ...(max ? { annotations: { 'deployment.kubernetes.io/max-replicas': String(max) } } : {}),
  },
  spec: { replicas, selector: {} },
  status: { replicas, availableReplicas: available },
});
type Plan = ReturnType<typeof planRollingStep>;
const sizes = (plan: Plan) =>
  Object.fromEntries(plan.map(({ set: { metadata }, replicas }) => [metadata?.name, replicas]));

test.each([
  ['nothing to do', deployment(10), { current: set('b', 10), old: [] }, {}],
  ['the new set grows by the surge', deployment(10), { current: set('b', 0), old: [set('a', 10)] }, { b: 3 }],
  ['without surge old pods go first', deployment(10, 0, 2), { current: set('b', 0), old: [set('a', 10)] }, { a: 8 }],
  [
    'old pods go as far as the new are available',
    deployment(10),
    { current: set('b', 3, 1), old: [set('a', 10)] },
    { a: 7 },
  ],
  [
    'nothing goes while too few are available',
    deployment(10, 3, 0),
    { current: set('b', 3, 0), old: [set('a', 10)] },
    {},
  ],
  [
    'old pods that do not work go first',
    deployment(10, 3, 2),
    { current: set('c', 3, 0), old: [set('a', 8), set('b', 2, 0)] },
    { b: 0 },
  ],
  [
    'surge and unavailable of nothing still move',
    deployment(2, 0, '10%'),
    { current: set('b', 0), old: [set('a', 2)] },
    { a: 1 },
  ],
  ['a new set that is too large shrinks', deployment(5), { current: set('b', 8), old: [] }, { b: 5 }],
  ['to none everything goes', deployment(0), { current: set('b', 0), old: [set('a', 3)] }, { a: 0 }],
] as const)('rolling: %s', (_, wanted, sets, want) => {
  expect(sizes(planRollingStep(wanted, sets))).toEqual(want);
});

test.each([
  ['one set takes all', deployment(5), { current: set('a', 3), old: [] }, { a: 5 }],
  [
    'without active sets the current one takes all',
    deployment(5),
    { current: set('b', 0), old: [set('a', 0)] },
    { b: 5 },
  ],
  [
    'sets grow in proportion',
    deployment(15, 3),
    { current: set('b', 5, 5, 13), old: [set('a', 8, 8, 13)] },
    { a: 11, b: 7 },
  ],
  [
    'sets shrink in proportion',
    deployment(5, 3),
    { current: set('b', 5, 5, 13), old: [set('a', 8, 8, 13)] },
    { a: 5, b: 3 },
  ],
  ['to none all shrink', deployment(0, 3), { current: set('b', 5, 5, 13), old: [set('a', 8, 8, 13)] }, { a: 0, b: 0 }],
] as const)('scaling: %s', (_, wanted, sets, want) => {
  expect(sizes(planScaling(wanted, sets))).toEqual(want);
});
