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
  ['one goes where none may', deployment(10, 0, 0), { current: set('b', 0), old: [set('a', 10)] }, { a: 9 }],
  ['those that do not work', deployment(10, 0, 2), { current: set('b', 0), old: [set('a', 10, 8)] }, { a: 8 }],
  ['and one that does', deployment(10, 0, 2), { current: set('b', 0), old: [set('a', 10, 9)] }, { a: 8 }],
  ['none for new ones that do not', deployment(10, 0, 2), { current: set('b', 2, 0), old: [set('a', 8)] }, {}],
  ['the surge fills what is missing', deployment(10, 2), { current: set('b', 0), old: [set('a', 5)] }, { b: 7 }],
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

/** Sets by their sizes, the newest first, as they were scaled for a size and a surge before. */
const scaled = (of: readonly number[], before: number, current: boolean) => {
  const sets = of.map((replicas, index) => {
    const made = set('edcba'[index] as string, replicas, 0, before);
    const annotations = { ...made.metadata?.annotations, 'deployment.kubernetes.io/desired-replicas': String(before) };
    return { ...made, metadata: { ...made.metadata, annotations } };
  });
  return current ? { current: sets[0], old: sets.slice(1) } : { current: undefined, old: sets };
};

test.each([
  [[10], 10, 12, [12]],
  [[10], 10, 5, [5]],
  [[2, 3], 5, 10, [4, 6]],
  [[2, 3], 5, 3, [1, 2]],
  [[8, 1], 9, 4, [4, 0]],
  [[2, 3, 2], 7, 10, [3, 4, 3]],
  [[2, 8, 3], 13, 8, [1, 5, 2]],
  [[1, 1, 1], 3, 4, [2, 1, 1]],
  [[1, 1, 1], 3, 2, [1, 1, 0]],
  [[3, 2, 1], 6, 0, [0, 0, 0]],
  [[0, 0, 0], 6, 6, [6, 0, 0]],
])('sets of %j, scaled from %i to %i, are of %j', (of, before, wanted, want) => {
  const sets = scaled(of, before, true);
  const plan = sizes(planScaling(deployment(wanted, 0), sets));
  expect(of.map((size, index) => plan['edcba'[index] as string] ?? size)).toEqual(want);
});

test.each([
  ['the newest of equals takes what is left over', [2, 2], 4, 5, [3, 2]],
  ['a size that changes with the template', [7, 3], 10, 14, [10, 4]],
])('without a set of the template: %s', (_, of, before, wanted, want) => {
  const plan = sizes(planScaling(deployment(wanted, 0), scaled(of, before, false)));
  expect(of.map((size, index) => plan['edcba'[index] as string] ?? size)).toEqual(want);
});

test.each([
  ['surge grows with the size', [6, 6], 12, [20, 2], [11, 11]],
  ['surge and size change together', [5, 8], 13, [50, 6], [22, 34]],
] as const)('%s', (_, of, max, [wanted, surge], want) => {
  const sets = of.map((replicas, index) => set('ed'[index] as string, replicas, 0, max));
  const plan = sizes(planScaling(deployment(wanted, surge), { current: sets[0], old: sets.slice(1) }));
  expect(Object.values(plan).sort()).toEqual([...want].sort());
});
