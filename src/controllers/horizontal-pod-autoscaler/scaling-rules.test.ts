import { expect, test } from 'vitest';
import { normalizeReplicas, type Rules, rememberScaling, type ScalingHistory } from './scaling-rules.ts';

const now = 1_000_000;
const none: ScalingHistory = { recommendations: [], added: [], removed: [] };
const policy = (type: 'Pods' | 'Percent', value: number, periodSeconds = 60) => ({ type, value, periodSeconds });
const up = (...policies: ReturnType<typeof policy>[]) => ({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max' as const,
  policies,
});
const down = (...policies: ReturnType<typeof policy>[]) => ({ ...up(...policies), stabilizationWindowSeconds: 300 });
const rules: Rules = {
  scaleUp: up(policy('Pods', 4), policy('Percent', 100)),
  scaleDown: down(policy('Percent', 100)),
};
const asked = (...samples: readonly (readonly [replicas: number, secondsAgo: number])[]) => ({
  ...none,
  recommendations: samples.map(([replicas, ago]) => ({ replicas, at: now - ago * 1000 })),
});
const added = (replicas: number, ago: number) => ({ ...none, added: [{ replicas, at: now - ago * 1000 }] });

const cases: readonly {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly history?: ScalingHistory;
  readonly behavior?: Rules;
  readonly want: readonly [replicas: number, able: string, limited: string];
}[] = [
  { name: 'what is there is what is asked for', from: 3, to: 3, want: [3, 'ReadyForNewScale', 'DesiredWithinRange'] },
  { name: 'fewer than the least', from: 3, to: 1, want: [2, 'ReadyForNewScale', 'TooFewReplicas'] },
  { name: 'more than the most', from: 8, to: 30, want: [10, 'ReadyForNewScale', 'TooManyReplicas'] },
  { name: 'at most twice as many', from: 3, to: 9, want: [6, 'ReadyForNewScale', 'ScaleUpLimit'] },
  { name: 'four at once', from: 1, to: 9, want: [4, 'ReadyForNewScale', 'ScaleUpLimit'] },
  {
    name: 'what was asked for a whole window ago counts still without rules',
    from: 5,
    to: 3,
    history: asked([5, 300]),
    want: [5, 'ScaleDownStabilized', 'DesiredWithinRange'],
  },
  {
    name: 'and no longer with rules',
    from: 5,
    to: 3,
    history: asked([5, 300]),
    behavior: rules,
    want: [3, 'ReadyForNewScale', 'DesiredWithinRange'],
  },
  {
    name: 'more was asked for lately',
    from: 5,
    to: 3,
    history: asked([5, 100]),
    want: [5, 'ScaleDownStabilized', 'DesiredWithinRange'],
  },
  {
    name: 'more was asked for too long ago',
    from: 5,
    to: 3,
    history: asked([5, 301]),
    want: [3, 'ReadyForNewScale', 'DesiredWithinRange'],
  },
  {
    name: 'the greater of two speeds',
    from: 6,
    to: 10,
    behavior: { ...rules, scaleUp: up(policy('Pods', 1), policy('Percent', 50)) },
    want: [9, 'ReadyForNewScale', 'ScaleUpLimit'],
  },
  {
    name: 'the lesser of two speeds',
    from: 6,
    to: 10,
    behavior: { ...rules, scaleUp: { ...up(policy('Pods', 1), policy('Percent', 50)), selectPolicy: 'Min' } },
    want: [7, 'ReadyForNewScale', 'ScaleUpLimit'],
  },
  {
    name: 'no way up',
    from: 6,
    to: 10,
    behavior: { ...rules, scaleUp: { ...up(policy('Pods', 1)), selectPolicy: 'Disabled' } },
    want: [6, 'ReadyForNewScale', 'ScaleUpLimit'],
  },
  {
    name: 'what was added in the period counts against the speed',
    from: 6,
    to: 10,
    history: added(2, 30),
    behavior: { ...rules, scaleUp: up(policy('Pods', 3)) },
    want: [7, 'ReadyForNewScale', 'ScaleUpLimit'],
  },
  {
    name: 'a slow way down',
    from: 9,
    to: 2,
    behavior: { ...rules, scaleDown: { ...down(policy('Pods', 2)), stabilizationWindowSeconds: 0 } },
    want: [7, 'ReadyForNewScale', 'ScaleDownLimit'],
  },
  {
    name: 'waiting for the way up',
    from: 3,
    to: 6,
    history: asked([3, 20]),
    behavior: { ...rules, scaleUp: { ...rules.scaleUp, stabilizationWindowSeconds: 60 } },
    want: [3, 'ScaleUpStabilized', 'DesiredWithinRange'],
  },
  {
    name: 'waiting for the way down',
    from: 6,
    to: 3,
    history: asked([6, 20]),
    behavior: rules,
    want: [6, 'ScaleDownStabilized', 'DesiredWithinRange'],
  },
];

test.each(cases)('$name', ({ from, to, history = none, behavior, want }) => {
  const bounds = { current: from, desired: to, min: 2, max: 10, now };
  const { replicas, conditions } = normalizeReplicas(history, bounds, behavior);
  expect([replicas, conditions[0].reason, conditions[1].reason]).toEqual(want);
  expect(conditions[1].status === 'True').toBe(/Limit|Too/.test(want[2]));
});

test('changes are remembered as long as a policy asks for them', () => {
  const first = rememberScaling(none, { from: 2, to: 5, now: now - 61_000 }, rules);
  const second = rememberScaling(first, { from: 5, to: 4, now: now - 1000 }, rules);
  expect(rememberScaling(second, { from: 4, to: 6, now }, rules)).toEqual({
    recommendations: [],
    added: [{ replicas: 2, at: now }],
    removed: [{ replicas: 1, at: now - 1000 }],
  });
  expect(rememberScaling(none, { from: 2, to: 5, now }, undefined)).toEqual(none);
});
