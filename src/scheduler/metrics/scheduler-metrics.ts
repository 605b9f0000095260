import type { Clock } from '#base/clock.ts';
import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { AttemptMetrics } from './attempt-metrics.ts';
import { EventMetrics } from './event-metrics.ts';
import { GroupMetrics } from './group-metrics.ts';
import { PluginMetrics } from './plugin-metrics.ts';
import { PreemptionMetrics } from './preemption-metrics.ts';
import { QueueMetrics } from './queue-metrics.ts';

/** What a scheduler measures, under upstream's names (`scheduler_…`); times in seconds. */
export class SchedulerMetrics {
  readonly attempts: AttemptMetrics;
  readonly events: EventMetrics;
  readonly groups: GroupMetrics;
  readonly plugins: PluginMetrics;
  readonly preemption: PreemptionMetrics;
  readonly queue: QueueMetrics;

  /** Times that parts are told of are on `clock`'s monotonic scale. */
  constructor(registry: MetricRegistry, clock: Clock) {
    const since = (startedAt: number) => (clock.monotonic() - startedAt) / 1000;
    this.attempts = new AttemptMetrics(registry, since);
    this.events = new EventMetrics(registry, since);
    this.groups = new GroupMetrics(registry, since);
    this.plugins = new PluginMetrics(registry);
    this.preemption = new PreemptionMetrics(registry, since);
    this.queue = new QueueMetrics(registry);
  }
}
