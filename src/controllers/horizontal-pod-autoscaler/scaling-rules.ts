import type {
  HorizontalPodAutoscalerCondition,
  HPAScalingRules,
} from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';

/** A number of replicas at a time, on the clock's monotonic scale: asked for, or added or removed. */
export interface Sample {
  readonly replicas: number;
  readonly at: number;
}

/** What is remembered of an autoscaler; lost with the process, as upstream's. */
export interface ScalingHistory {
  readonly recommendations: readonly Sample[];
  readonly added: readonly Sample[];
  readonly removed: readonly Sample[];
}

export interface Bounds {
  readonly current: number;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  readonly now: number;
}

export interface Rules {
  readonly scaleUp?: HPAScalingRules | undefined;
  readonly scaleDown?: HPAScalingRules | undefined;
}

type Condition = Omit<HorizontalPodAutoscalerCondition, 'lastTransitionTime'>;

/** How many replicas there shall be, and why not as many as were asked for. */
export interface Normalized {
  readonly replicas: number;
  readonly history: ScalingHistory;
  readonly conditions: readonly [Condition, Condition];
}

const DOWN_WINDOW_MS = 300_000;
const NO_LESS = 'recent recommendations were higher than current one, applying the highest recent recommendation';
const NO_MORE = 'recent recommendations were lower than current one, applying the lowest recent recommendation';

/** Brings what metrics ask for within bounds, limits on speed, and what was asked for lately. */
export function normalizeReplicas(history: ScalingHistory, bounds: Bounds, behavior: Rules | undefined): Normalized {
  const windows = windowsOf(behavior);
  const { desired, now } = bounds;
  const stable = stabilize(history.recommendations, bounds, behavior && windows);
  const longest = Math.max(windows.up, windows.down);
  const recommendations = [
    ...history.recommendations.filter(({ at }) => at >= now - longest),
    { replicas: desired, at: now },
  ];
  const limit = behavior
    ? limitByRules(history, { ...bounds, desired: stable }, behavior)
    : limitByDefault(bounds, stable);
  const limited = limit.replicas === stable ? 'False' : 'True';
  const { reason, message } = limit;
  return {
    replicas: limit.replicas,
    history: { ...history, recommendations },
    conditions: [able(stable, bounds, behavior), { type: 'ScalingLimited', status: limited, reason, message }],
  };
}

function able(stable: number, { desired, current }: Bounds, behavior: Rules | undefined): Condition {
  const [reason, message] =
    stable === desired
      ? ['ReadyForNewScale', 'recommended size matches current size']
      : behavior && desired >= current
        ? ['ScaleUpStabilized', NO_MORE]
        : ['ScaleDownStabilized', NO_LESS];
  return { type: 'AbleToScale', status: 'True', reason, message } as Condition;
}

const windowsOf = (behavior: Rules | undefined) => ({
  up: (behavior?.scaleUp?.stabilizationWindowSeconds ?? 0) * 1000,
  down: (behavior?.scaleDown?.stabilizationWindowSeconds ?? DOWN_WINDOW_MS / 1000) * 1000,
});

/** More only if it was asked for during the whole window, and fewer likewise; without rules the most asked for lately. */
function stabilize(
  samples: readonly Sample[],
  { current, desired, now }: Bounds,
  windows: { readonly up: number; readonly down: number } | undefined,
): number {
  const recent = (window: number) => samples.filter(({ at }) => at > now - window).map(({ replicas }) => replicas);
  if (windows === undefined) {
    const lately = samples.filter(({ at }) => at >= now - DOWN_WINDOW_MS).map(({ replicas }) => replicas);
    return Math.max(desired, ...lately);
  }
  const lowest = Math.min(desired, ...recent(windows.up));
  const highest = Math.max(desired, ...recent(windows.down));
  return Math.min(Math.max(current, lowest), highest);
}

interface Limit {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

const WITHIN = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const TOO_FEW = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const TOO_MANY = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const TOO_FAST_UP = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const TOO_FAST_DOWN = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};

/** Without rules the number may double, and reach four at once. */
function limitByDefault({ current, min, max }: Bounds, desired: number): Limit {
  const fastest = Math.max(2 * current, 4);
  if (desired < min) return { replicas: min, ...TOO_FEW };
  if (desired <= Math.min(max, fastest)) return { replicas: desired, ...WITHIN };
  return max > fastest ? { replicas: fastest, ...TOO_FAST_UP } : { replicas: max, ...TOO_MANY };
}

function limitByRules(history: ScalingHistory, { current, desired, min, max, now }: Bounds, behavior: Rules): Limit {
  if (desired > current) {
    const fastest = Math.max(current, fastestUp(history, current, { rules: behavior.scaleUp, now }));
    if (desired > Math.min(max, fastest))
      return max > fastest ? { replicas: fastest, ...TOO_FAST_UP } : { replicas: max, ...TOO_MANY };
  } else if (desired < current) {
    const fastest = Math.min(current, fastestDown(history, current, { rules: behavior.scaleDown, now }));
    if (desired < Math.max(min, fastest))
      return min < fastest ? { replicas: fastest, ...TOO_FAST_DOWN } : { replicas: min, ...TOO_FEW };
  }
  return { replicas: desired, ...WITHIN };
}

type RulesNow = { readonly rules: HPAScalingRules | undefined; readonly now: number };

function fastestUp(history: ScalingHistory, current: number, { rules, now }: RulesNow): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const proposals = (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const start = startOfPeriod(history, current, now - periodSeconds * 1000);
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return rules?.selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals);
}

function fastestDown(history: ScalingHistory, current: number, { rules, now }: RulesNow): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const proposals = (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const start = startOfPeriod(history, current, now - periodSeconds * 1000);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return rules?.selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals);
}

/** How many there were before what this autoscaler has changed since. */
function startOfPeriod({ added, removed }: ScalingHistory, current: number, since: number): number {
  const changed = (samples: readonly Sample[]) =>
    samples.filter(({ at }) => at > since).reduce((sum, { replicas }) => sum + replicas, 0);
  return current - changed(added) + changed(removed);
}

/** Remembers that the number of replicas was changed. Without rules nobody asks. */
export function rememberScaling(
  history: ScalingHistory,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
  behavior: Rules | undefined,
): ScalingHistory {
  if (behavior === undefined) return history;
  const keep = (samples: readonly Sample[], rules: HPAScalingRules | undefined) => {
    const longest = Math.max(0, ...(rules?.policies ?? []).map(({ periodSeconds }) => periodSeconds * 1000));
    return samples.filter(({ at }) => at >= now - longest);
  };
  const [added, removed] = [keep(history.added, behavior.scaleUp), keep(history.removed, behavior.scaleDown)];
  return to > from
    ? { ...history, added: [...added, { replicas: to - from, at: now }], removed }
    : { ...history, added, removed: [...removed, { replicas: from - to, at: now }] };
}
