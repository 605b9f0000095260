import type { Cell, HistogramCell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';
import { ATTEMPT_SECONDS, type AttemptResult } from './attempt-metrics.ts';

/** Attempts to schedule groups of pods. */
export class GroupMetrics {
  readonly #since: (startedAt: number) => number;
  readonly #attempts: Labelled<Cell>;
  readonly #durations: Labelled<HistogramCell>;
  readonly #algorithm: Labelled<HistogramCell>;

  /** `since`: seconds that have passed since a time. */
  constructor(registry: MetricRegistry, since: (startedAt: number) => number) {
    this.#since = since;
    const labels = ['result', 'profile'];
    this.#attempts = registry.counter(
      'scheduler_podgroup_schedule_attempts_total',
      'Attempts to schedule groups of pods',
      labels,
    );
    this.#durations = registry.histogram(
      'scheduler_podgroup_scheduling_attempt_duration_seconds',
      'Time of an attempt to schedule a group of pods',
      { labels, buckets: ATTEMPT_SECONDS },
    );
    this.#algorithm = registry.histogram(
      'scheduler_podgroup_scheduling_algorithm_duration_seconds',
      'Time of looking for nodes for a group of pods',
      { buckets: ATTEMPT_SECONDS },
    );
  }

  /** Nodes were looked for since `startedAt`. */
  decided(startedAt: number): void {
    this.#algorithm.labels().observe(this.#since(startedAt));
  }

  /** An attempt has ended. */
  ended(result: AttemptResult | 'waiting_on_preemption', profile: string, startedAt: number): void {
    this.#attempts.labels(result, profile).inc();
    this.#durations.labels(result, profile).observe(this.#since(startedAt));
  }
}
