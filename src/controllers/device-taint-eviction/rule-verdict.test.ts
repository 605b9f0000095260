import { expect, test } from 'vitest';
import { type RuleCounts, ruleVerdict } from './rule-verdict.ts';

const NOTHING: RuleCounts = { published: 0, allocated: 0, pods: 0, namespaces: 0, evicted: 0 };
const LAST = 'This information will not be updated again. Recreate the DeviceTaintRule to trigger an update.';

test.each<[string, Partial<RuleCounts>, string]>([
  ['NoExecute', {}, 'False NotStarted '],
  ['NoExecute', { pods: 1, namespaces: 1 }, 'True PodsPendingEviction 1 pod needs to be evicted in 1 namespace.'],
  [
    'NoExecute',
    { pods: 3, namespaces: 2, evicted: 1 },
    'True PodsPendingEviction 3 pods need to be evicted in 2 different namespaces. 1 pod evicted since starting the controller.',
  ],
  ['NoExecute', { evicted: 2 }, 'False Completed 2 pods evicted since starting the controller.'],
  ['NoSchedule', { pods: 1 }, 'False OtherEffect Eviction only happens for the NoExecute effect.'],
  [
    'None',
    { published: 1, allocated: 2, pods: 2, namespaces: 1 },
    `False NoEffect 1 published device selected. 2 allocated devices selected. 2 pods would be evicted in 1 namespace if the effect was NoExecute. ${LAST}`,
  ],
  [
    'None',
    {},
    `False NoEffect 0 published devices selected. 0 allocated devices selected. 0 pods would be evicted in 0 different namespaces if the effect was NoExecute. ${LAST}`,
  ],
])('a rule of effect %s with %o', (effect, counts, want) => {
  const { status, reason, message } = ruleVerdict(effect, { ...NOTHING, ...counts });
  expect(`${status} ${reason} ${message}`).toBe(want);
});
