import type { MetricStatus } from '#api/autoscaling/v2/metric-status.ts';
import type { Condition } from './conditions.ts';
import type { Evaluated, Unavailable } from './metric-evaluator.ts';

/** What all metrics together ask for. */
export interface MetricsDecision {
  /** Undefined when they say nothing that may be acted on. */
  readonly replicas: number | undefined;
  /** The metric that asks for most. */
  readonly metric: string;
  readonly statuses: readonly MetricStatus[];
  readonly condition: Condition;
  /** What is told when some of them say nothing. */
  readonly error: string | undefined;
}

/** Takes the most that any metric asks for. Metrics that say nothing forbid to go below what there is. */
export function decideByMetrics(answers: readonly (Evaluated | Unavailable)[], current: number): MetricsDecision {
  const evaluated = answers.filter((answer) => 'status' in answer);
  const [first, ...others] = answers.filter((answer): answer is Unavailable => !('status' in answer));
  let most = evaluated[0];
  for (const one of evaluated) if (most === undefined || one.replicas > most.replicas) most = one;
  const statuses = answers.map((answer) =>
    'status' in answer ? answer.status : ({ type: '' } as unknown as MetricStatus),
  );
  const error =
    first && `invalid metrics (${1 + others.length} invalid out of ${answers.length}), first error is: ${first.error}`;
  const metric = most?.name ?? '';
  if (first && (most === undefined || most.replicas < current)) {
    const message = `the HPA was unable to compute the replica count: ${first.message}`;
    const condition = { type: 'ScalingActive', status: 'False', reason: first.reason, message } as const;
    return { replicas: undefined, metric, statuses, condition, error };
  }
  const message = `the HPA was able to successfully calculate a replica count from ${metric}`;
  const condition = { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message } as const;
  return { replicas: most?.replicas ?? 0, metric, statuses, condition, error };
}
