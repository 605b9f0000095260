import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import type { Cell, HistogramCell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { PointObserver } from '../framework/framework.ts';
import type { PluginMeasures } from '../framework/measured-plugin.ts';

const POINT_SECONDS = exponentialBuckets(0.0001, 2, 12);
const PLUGIN_SECONDS = exponentialBuckets(0.00001, 1.5, 20);

/** What the plugins of profiles do, and what is spared them. */
export class PluginMetrics {
  readonly #points: Labelled<HistogramCell>;
  readonly #plugins: Labelled<HistogramCell>;
  readonly #evaluations: Labelled<Cell>;
  readonly #batches: Labelled<Cell>;
  readonly #claims: Labelled<Cell>;

  constructor(registry: MetricRegistry) {
    this.#points = registry.histogram(
      'scheduler_framework_extension_point_duration_seconds',
      'Time of all plugins of an extension point',
      { labels: ['extension_point', 'status', 'profile'], buckets: POINT_SECONDS },
    );
    this.#plugins = registry.histogram('scheduler_plugin_execution_duration_seconds', 'Time of a plugin', {
      labels: ['plugin', 'extension_point', 'status'],
      buckets: PLUGIN_SECONDS,
    });
    this.#evaluations = registry.counter('scheduler_plugin_evaluation_total', 'How often a plugin was asked', [
      'plugin',
      'extension_point',
      'profile',
    ]);
    this.#batches = registry.counter(
      'scheduler_batch_attempts_total',
      'Pods by whether what was known of equal ones gave their node',
      ['profile', 'result'],
    );
    this.#claims = registry.counter('scheduler_resourceclaim_creates_total', 'Claims made for extended resources', [
      'status',
    ]);
  }

  /** What a profile's extension points take. */
  pointsOf(profile: string): PointObserver {
    const cells = new Map<string, HistogramCell>();
    return (point, status, seconds) => {
      const key = `${point} ${status}`;
      let cell = cells.get(key);
      if (cell === undefined) cells.set(key, (cell = this.#points.labels(point, status, profile)));
      cell.observe(seconds);
    };
  }

  /** What a profile's plugins take. */
  measuresOf(profile: string): PluginMeasures {
    return {
      evaluations: (plugin, point) => this.#evaluations.labels(plugin, point, profile),
      took: (plugin, point, status, seconds) => this.#plugins.labels(plugin, point, status).observe(seconds),
    };
  }

  /** Counts pods of a profile by whether what was known of equal ones gave their node. */
  batchesOf(profile: string): (isShared: boolean) => void {
    const used = this.#batches.labels(profile, 'hint_used');
    const unused = this.#batches.labels(profile, 'no_hint');
    return (isShared) => (isShared ? used : unused).inc();
  }

  /** A claim for extended resources was made, or could not be. */
  claimCreated(status: 'success' | 'failure'): void {
    this.#claims.labels(status).inc();
  }
}
