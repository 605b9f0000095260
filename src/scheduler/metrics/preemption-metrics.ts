import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import type { Cell, HistogramCell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';

const EVICTION_SECONDS = exponentialBuckets(0.01, 2, 20);
const VICTIMS = exponentialBuckets(1, 2, 7);

/** Room that is made for pods by sending others away. */
export class PreemptionMetrics {
  readonly #since: (startedAt: number) => number;
  readonly #attempts: Cell;
  readonly #victims: HistogramCell;
  readonly #evictions: Labelled<Cell>;
  readonly #durations: Labelled<HistogramCell>;

  /** `since`: seconds that have passed since a time. */
  constructor(registry: MetricRegistry, since: (startedAt: number) => number) {
    this.#since = since;
    this.#attempts = registry
      .counter('scheduler_preemption_attempts_total', 'Attempts to make room for a pod')
      .labels();
    this.#victims = registry
      .histogram('scheduler_preemption_victims', 'Pods that were chosen to make room for one', { buckets: VICTIMS })
      .labels();
    this.#evictions = registry.counter('scheduler_preemption_goroutines_execution_total', 'Times that room was made', [
      'result',
    ]);
    this.#durations = registry.histogram('scheduler_preemption_goroutines_duration_seconds', 'Time of making room', {
      labels: ['result'],
      buckets: EVICTION_SECONDS,
    });
  }

  /** It was tried to make room for a pod. */
  tried(): void {
    this.#attempts.inc();
  }

  /** So many pods have to go. */
  chose(victims: number): void {
    this.#victims.observe(victims);
  }

  /** They were sent away, or could not be. */
  evicted(result: 'success' | 'error', startedAt: number): void {
    this.#evictions.labels(result).inc();
    this.#durations.labels(result).observe(this.#since(startedAt));
  }
}
