import { expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import { planReplicas } from './replica-plan.ts';

const pods = (count: number): Pod[] =>
  Array.from({ length: count }, (_, index) => ({ metadata: { name: `p${index}` }, spec: { containers: [] } }));

test.each([
  ['as many as wanted', 3, 3, { create: 0, removed: 0, isPart: false }],
  ['too few', 3, 1, { create: 2, removed: 0, isPart: false }],
  ['too many', 1, 3, { create: 0, removed: 2, isPart: false }],
  ['none wanted', 0, 3, { create: 0, removed: 3, isPart: false }],
  ['just so many too few as may be made in one go', 2100, 100, { create: 2000, removed: 0, isPart: false }],
  ['more too few', 10_000, 100, { create: 2000, removed: 0, isPart: true }],
  ['more too many', 0, 501, { create: 0, removed: 500, isPart: true }],
])('%s', (_, wanted, there, expected) => {
  const active = pods(there);
  const { create, remove, isPart } = planReplicas({ wanted, active, related: () => active, now: 0 });
  expect({ create, removed: remove.length, isPart }).toEqual(expected);
});
