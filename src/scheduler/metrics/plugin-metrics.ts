import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import type { Cell, HistogramCell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { PointObserver } from '../framework/framework.ts';
import type { PluginMeasures } from '../framework/measured-plugin.ts';

const POINT_SECONDS = exponentialBuckets(0.0001, 2, 12);
const PLUGIN_SECONDS = exponentialBuckets(0.00001, 1.5, 20);
const READY_SECONDS = exponentialBuckets(0.1, 2, 14);

/** How the wait for drivers to make devices ready ended. */
export type ReadyResult = 'success' | 'failure' | 'timeout' | 'error';

/** What the plugins of profiles do, and what is spared them. */
export class PluginMetrics {
  readonly #points: Labelled<HistogramCell>;
  readonly #plugins: Labelled<HistogramCell>;
  readonly #evaluations: Labelled<Cell>;
  readonly #batches: Labelled<Cell>;
  readonly #claims: Labelled<Cell>;
  readonly #ready: Labelled<Cell>;
  readonly #readySeconds: Labelled<HistogramCell>;

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
    const labels = ['profile', 'driver', 'status'];
    this.#ready = registry.counter(
      'scheduler_dra_bindingconditions_allocations_total',
      'Devices that drivers had to make ready before pods were bound',
      labels,
    );
    this.#readySeconds = registry.histogram(
      'scheduler_dra_bindingconditions_wait_duration_seconds',
      'Time that pods waited for drivers to make their devices ready',
      { labels, buckets: READY_SECONDS },
    );
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

  /** A pod of a profile waited so long for devices; of each it is told whether its driver had to make it ready. */
  waitedForDevices(
    devices: Iterable<{ readonly driver: string; readonly bindingConditions?: readonly string[] }>,
    { profile, result, seconds }: { readonly profile: string; readonly result: ReadyResult; readonly seconds: number },
  ): void {
    for (const { driver, bindingConditions = [] } of devices) {
      this.#readySeconds.labels(profile, driver, result).observe(seconds);
      if (bindingConditions.length > 0) this.#ready.labels(profile, driver, result).inc();
    }
  }
}
