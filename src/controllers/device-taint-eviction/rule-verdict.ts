/** What a rule amounts to at the moment. */
export interface RuleCounts {
  /** Devices that drivers publish and claims hold, as far as the rule picks them. */
  readonly published: number;
  readonly allocated: number;
  /** Pods that have to go because of it, and the namespaces that these are in. */
  readonly pods: number;
  readonly namespaces: number;
  /** Pods that went because of it. */
  readonly evicted: number;
}

/** What people are told in the condition of a rule. */
export interface RuleVerdict {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** Whether pods are leaving because of a rule; of one without effect, what it would do if it had one. */
export function ruleVerdict(effect: string, counts: RuleCounts): RuleVerdict {
  const { status, reason, message } = judge(effect, counts);
  const evicted = counts.evicted > 0 ? `${counted(counts.evicted, 'pod')} evicted since starting the controller.` : '';
  return { status, reason, message: [message, evicted].filter(Boolean).join(' ') };
}

function judge(effect: string, { published, allocated, pods, namespaces, evicted }: RuleCounts): RuleVerdict {
  const places = namespaces === 1 ? '1 namespace' : `${namespaces} different namespaces`;
  if (effect === 'NoExecute') {
    if (pods === 0) return { status: 'False', reason: evicted > 0 ? 'Completed' : 'NotStarted', message: '' };
    const message = `${counted(pods, 'pod')} ${pods === 1 ? 'needs' : 'need'} to be evicted in ${places}.`;
    return { status: 'True', reason: 'PodsPendingEviction', message };
  }
  if (effect !== 'None') {
    const message = 'Eviction only happens for the NoExecute effect.';
    return { status: 'False', reason: 'OtherEffect', message };
  }
  const message = [
    `${counted(published, 'published device')} selected.`,
    `${counted(allocated, 'allocated device')} selected.`,
    `${counted(pods, 'pod')} would be evicted in ${places} if the effect was NoExecute.`,
    'This information will not be updated again. Recreate the DeviceTaintRule to trigger an update.',
  ].join(' ');
  return { status: 'False', reason: 'NoEffect', message };
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
