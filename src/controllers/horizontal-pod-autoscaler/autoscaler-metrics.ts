import type { Clock } from '#base/clock.ts';
import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';

const PREFIX = 'horizontal_pod_autoscaler_controller';
const BUCKETS = exponentialBuckets(0.001, 2, 15);

export type ScaleAction = 'scale_up' | 'scale_down' | 'none';
/** Whether something is wrong with what was asked for, or with what was asked. */
export type ScaleError = 'spec' | 'internal' | 'none';

/** The direction from one number of pods to another. */
export const actionOf = (current: number, desired: number): ScaleAction =>
  desired > current ? 'scale_up' : desired < current ? 'scale_down' : 'none';

/** Measures autoscaling under upstream's names. */
export class AutoscalerMetrics {
  readonly #clock: Clock;
  readonly #turns;
  readonly #turnTimes;
  readonly #computations;
  readonly #computationTimes;

  /** `count`: how many autoscalers there are. */
  constructor(registry: MetricRegistry = new MetricRegistry(), clock: Clock, count: () => number) {
    this.#clock = clock;
    const labels = ['action', 'error'];
    const ofMetrics = [...labels, 'metric_type'];
    const times = (name: string, help: string, names: readonly string[]) =>
      registry.histogram(`${PREFIX}_${name}`, help, { labels: names, buckets: BUCKETS });
    this.#turns = registry.counter(`${PREFIX}_reconciliations_total`, 'Looks at autoscalers', labels);
    this.#turnTimes = times('reconciliation_duration_seconds', 'Time of a look at an autoscaler', labels);
    this.#computations = registry.counter(`${PREFIX}_metric_computation_total`, 'Metrics that were asked', ofMetrics);
    this.#computationTimes = times('metric_computation_duration_seconds', 'Time of asking a metric', ofMetrics);
    registry.gauge(`${PREFIX}_num_horizontal_pod_autoscalers`, 'Autoscalers that there are').labels().follow(count);
  }

  get now(): number {
    return this.#clock.monotonic();
  }

  turned(action: ScaleAction, error: ScaleError, startedAt: number): void {
    this.#turns.labels(action, error).inc();
    this.#turnTimes.labels(action, error).observe((this.now - startedAt) / 1000);
  }

  computed(
    metric: string,
    { action, error, startedAt }: { action: ScaleAction; error: ScaleError; startedAt: number },
  ) {
    this.#computations.labels(action, error, metric).inc();
    this.#computationTimes.labels(action, error, metric).observe((this.now - startedAt) / 1000);
  }
}
