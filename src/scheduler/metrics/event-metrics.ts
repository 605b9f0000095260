import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import type { HistogramCell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { ClusterEvent } from '../framework/cluster-event.ts';
import { labelOf } from '../queue/queue-event.ts';

const EVENT_SECONDS = exponentialBuckets(0.0001, 2, 12);
const HINT_SECONDS = exponentialBuckets(0.00001, 1.5, 20);

/** What it takes to hear of what happens in the cluster, and to find out whom it may help. */
export class EventMetrics {
  readonly #since: (startedAt: number) => number;
  readonly #events: Labelled<HistogramCell>;
  readonly #hints: Labelled<HistogramCell>;
  readonly #known = new Map<ClusterEvent, HistogramCell>();

  /** `since`: seconds that have passed since a time. */
  constructor(registry: MetricRegistry, since: (startedAt: number) => number) {
    this.#since = since;
    this.#events = registry.histogram('scheduler_event_handling_duration_seconds', 'Time of handling an event', {
      labels: ['event'],
      buckets: EVENT_SECONDS,
    });
    this.#hints = registry.histogram(
      'scheduler_queueing_hint_execution_duration_seconds',
      'Time of asking a plugin whether an event may help a pod; one in ten is measured',
      { labels: ['plugin', 'event', 'hint'], buckets: HINT_SECONDS },
    );
  }

  /** An event was handled from `startedAt` until now. */
  handled(event: ClusterEvent, startedAt: number): void {
    let cell = this.#known.get(event);
    if (cell === undefined) this.#known.set(event, (cell = this.#events.labels(labelOf(event))));
    cell.observe(this.#since(startedAt));
  }

  /** A plugin was asked from `startedAt` until now whether an event may help a pod. */
  hinted(plugin: string, event: ClusterEvent, isHelpful: boolean, startedAt: number): void {
    this.#hints.labels(plugin, labelOf(event), isHelpful ? 'Queue' : 'QueueSkip').observe(this.#since(startedAt));
  }
}
