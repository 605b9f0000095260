import type { Service } from '#api/core/v1/service.ts';
import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { SlicePlan } from './slice-plan.ts';

const PREFIX = 'endpoint_slice_controller';
const ENDPOINTS = exponentialBuckets(2, 2, 15);
const SLICES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What the slices of a Service should be. */
export interface SliceWish {
  readonly endpoints: number;
  /** How many slices would do. */
  readonly slices: number;
}

/** Measures EndpointSlices under upstream's names. */
export class SliceMetrics {
  readonly #added;
  readonly #removed;
  readonly #changes;
  readonly #perSync;
  readonly #syncs;
  readonly #wishes = new Map<string, SliceWish>();

  /** `slices`: how many there are; `services`: all of them. */
  constructor(
    registry: MetricRegistry = new MetricRegistry(),
    { slices, services }: { readonly slices: () => number; readonly services: () => readonly Service[] },
  ) {
    const histogram = (name: string, help: string, buckets: readonly number[], labels: readonly string[] = []) =>
      registry.histogram(`${PREFIX}_${name}`, help, { labels, buckets });
    const follow = (name: string, help: string, read: () => number) =>
      registry.gauge(`${PREFIX}_${name}`, help).labels().follow(read);
    const sum = (of: (wish: SliceWish) => number) => () => {
      let total = 0;
      for (const wish of this.#wishes.values()) total += of(wish);
      return total;
    };
    this.#added = histogram('endpoints_added_per_sync', 'Endpoints that a look at a Service added', ENDPOINTS).labels();
    this.#removed = histogram(
      'endpoints_removed_per_sync',
      'Endpoints that a look at a Service removed',
      ENDPOINTS,
    ).labels();
    this.#perSync = histogram('endpointslices_changed_per_sync', 'Slices that a look at a Service changed', SLICES, [
      'topology',
      'traffic_distribution',
    ]);
    this.#changes = registry.counter(`${PREFIX}_changes`, 'Slices that were changed', ['operation']);
    this.#syncs = registry.counter(`${PREFIX}_syncs`, 'Looks at Services', ['result']);
    follow(
      'endpoints_desired',
      'Endpoints that should be listed',
      sum(({ endpoints }) => endpoints),
    );
    follow(
      'desired_endpoint_slices',
      'Slices that would do',
      sum((wish) => wish.slices),
    );
    follow('num_endpoint_slices', 'Slices that there are', slices);
    registry.collected('gauge', `${PREFIX}_services_count_by_traffic_distribution`, {
      help: 'Services by how their traffic is to be distributed',
      labels: ['traffic_distribution'],
      collect: () => byDistribution(services()),
    });
  }

  /** What a Service should have; nothing once it is gone. */
  wish(key: string, wish: SliceWish | undefined): void {
    if (wish) this.#wishes.set(key, wish);
    else this.#wishes.delete(key);
  }

  /** Slices of a Service were changed. */
  applied({ spec, metadata }: Service, { create, update, remove }: SlicePlan): void {
    this.#changes.labels('create').inc(create.length);
    this.#changes.labels('update').inc(update.length);
    this.#changes.labels('delete').inc(remove.length);
    const count = (some: readonly { readonly endpoints?: readonly unknown[] }[]) =>
      some.reduce((total, { endpoints = [] }) => total + endpoints.length, 0);
    const before = count(update.map(({ slice }) => slice as { readonly endpoints?: readonly unknown[] }));
    const grown =
      count(create) + count(update) - before - count(remove as readonly { endpoints?: readonly unknown[] }[]);
    this.#added.observe(Math.max(0, grown));
    this.#removed.observe(Math.max(0, -grown));
    const mode = metadata?.annotations?.['service.kubernetes.io/topology-mode'];
    const topology = mode === 'Auto' || mode === 'auto' ? 'Auto' : 'Disabled';
    const changed = create.length + update.length + remove.length;
    this.#perSync.labels(topology, spec?.trafficDistribution ?? '').observe(changed);
  }

  synced(isDone: boolean): void {
    this.#syncs.labels(isDone ? 'success' : 'error').inc();
  }
}

function byDistribution(services: readonly Service[]): [string[], number][] {
  const counts = new Map<string, number>();
  for (const { spec } of services) {
    const how = spec?.trafficDistribution;
    if (how) counts.set(how, (counts.get(how) ?? 0) + 1);
  }
  return [...counts].map(([how, count]) => [[how], count]);
}
