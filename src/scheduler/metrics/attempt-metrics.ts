import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import type { Cell, HistogramCell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { QueuedPod } from '../queue/queued-pod.ts';
import { schedulerNameOf } from '../state/pod-info.ts';

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

/** Of attempts to schedule one pod or several, in seconds. */
export const ATTEMPT_SECONDS = exponentialBuckets(0.001, 2, 15);
const SLI_SECONDS = exponentialBuckets(0.01, 2, 20);
const TRIES = exponentialBuckets(1, 2, 5);
/** From here on attempts are told apart no more. */
const MANY_ATTEMPTS = 15;

/** Attempts to schedule pods, from when a pod is taken until it is bound or given back. */
export class AttemptMetrics {
  readonly #since: (startedAt: number) => number;
  readonly #attempts: Labelled<Cell>;
  readonly #durations: Labelled<HistogramCell>;
  readonly #algorithm: HistogramCell;
  readonly #tries: HistogramCell;
  readonly #sli: Labelled<HistogramCell>;
  readonly #afterFlush: Cell;
  readonly #permitWaits: Labelled<HistogramCell>;

  /** `since`: seconds that have passed since a time. */
  constructor(registry: MetricRegistry, since: (startedAt: number) => number) {
    this.#since = since;
    const labels = ['result', 'profile'];
    this.#attempts = registry.counter('scheduler_schedule_attempts_total', 'Attempts to schedule pods', labels);
    this.#durations = registry.histogram(
      'scheduler_scheduling_attempt_duration_seconds',
      'Time of an attempt, with its binding',
      { labels, buckets: ATTEMPT_SECONDS },
    );
    this.#algorithm = registry
      .histogram('scheduler_scheduling_algorithm_duration_seconds', 'Time of a decision', { buckets: ATTEMPT_SECONDS })
      .labels();
    this.#tries = registry
      .histogram('scheduler_pod_scheduling_attempts', 'Attempts that a scheduled pod took', { buckets: TRIES })
      .labels();
    this.#sli = registry.histogram(
      'scheduler_pod_scheduling_sli_duration_seconds',
      'Time from when a pod could first be tried until it was scheduled',
      { labels: ['attempts'], buckets: SLI_SECONDS },
    );
    this.#afterFlush = registry
      .counter('scheduler_pod_scheduled_after_flush_total', 'Pods scheduled that nothing but time woke')
      .labels();
    this.#permitWaits = registry.histogram('scheduler_permit_wait_duration_seconds', 'Time of waiting for a permit', {
      labels: ['result'],
      buckets: ATTEMPT_SECONDS,
    });
  }

  /** A decision was made for a pod that was taken at `startedAt`. */
  decided(startedAt: number): void {
    this.#algorithm.observe(this.#since(startedAt));
  }

  /** An attempt has ended otherwise than with a binding. */
  failed(result: Exclude<AttemptResult, 'scheduled'>, profile: string, startedAt: number): void {
    this.#ended(result, profile, startedAt);
  }

  /** A pod was bound. */
  scheduled(pod: QueuedPod, startedAt: number): void {
    this.#ended('scheduled', schedulerNameOf(pod.info), startedAt);
    const attempts = pod.attempts + 1;
    this.#tries.observe(attempts);
    const { firstAt } = pod;
    if (firstAt !== undefined) {
      this.#sli.labels(attempts >= MANY_ATTEMPTS ? `${MANY_ATTEMPTS}+` : `${attempts}`).observe(this.#since(firstAt));
    }
    if (pod.wasForgotten) this.#afterFlush.inc();
  }

  /** A pod has waited for a permit. */
  waited(result: string, startedAt: number): void {
    this.#permitWaits.labels(result).observe(this.#since(startedAt));
  }

  #ended(result: AttemptResult, profile: string, startedAt: number): void {
    this.#attempts.labels(result, profile).inc();
    this.#durations.labels(result, profile).observe(this.#since(startedAt));
  }
}
