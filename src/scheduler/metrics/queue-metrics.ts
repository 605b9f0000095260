import type { Cell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { QueuedPod } from '../queue/queued-pod.ts';
import type { SchedulingQueue } from '../queue/scheduling-queue.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { schedulerNameOf } from '../state/pod-info.ts';

/** What is counted when it is asked for. */
export interface CountedParts {
  readonly queue: Pick<SchedulingQueue, 'sizes' | 'values' | 'happenings'>;
  readonly state: Pick<ClusterState, 'counts'>;
  /** Bindings under way. */
  readonly bindings: () => number;
}

/** Pods that wait, and what is known of the cluster meanwhile. */
export class QueueMetrics {
  readonly #registry: MetricRegistry;
  readonly #incoming: Labelled<Cell>;

  constructor(registry: MetricRegistry) {
    this.#registry = registry;
    this.#incoming = registry.counter('scheduler_queue_incoming_pods_total', 'Pods that came into a queue', [
      'queue',
      'event',
    ]);
  }

  /** A pod came into a queue. */
  readonly entered = (queue: string, event: string): void => this.#incoming.labels(queue, event).inc();

  /** From now on sizes are looked up here whenever somebody asks. */
  follow({ queue, state, bindings }: CountedParts): void {
    const registry = this.#registry;
    registry.collected('gauge', 'scheduler_pending_pods', {
      help: 'Pods that wait to be scheduled, by queue',
      labels: ['queue'],
      collect: () => Object.entries(queue.sizes).map(([name, size]) => [[name], size] as const),
    });
    registry.collected('gauge', 'scheduler_unschedulable_pods', {
      help: 'Pods that were refused, by each plugin that refused them',
      labels: ['plugin', 'profile'],
      collect: () => refusals(queue.values()),
    });
    registry.collected('gauge', 'scheduler_cache_size', {
      help: 'Nodes and pods that are known, and pods that are assumed to be placed',
      labels: ['type'],
      collect: () => Object.entries(state.counts).map(([type, count]) => [[type], count] as const),
    });
    registry.collected('gauge', 'scheduler_inflight_events', {
      help: 'Events that are kept for pods which are being tried',
      labels: ['event'],
      collect: () => (queue.happenings > 0 ? [[['*'], queue.happenings]] : []),
    });
    registry.collected('gauge', 'scheduler_goroutines', {
      help: 'Work under way, by kind',
      labels: ['operation'],
      collect: () => [[['binding'], bindings()]],
    });
  }
}

function refusals(pods: Iterable<QueuedPod>): Iterable<readonly [readonly string[], number]> {
  const counts = new Map<string, { readonly labels: readonly string[]; count: number }>();
  for (const { info, refusedBy } of pods) {
    for (const plugin of refusedBy) {
      const labels = [plugin, schedulerNameOf(info)];
      const key = labels.join('\0');
      const known = counts.get(key);
      if (known) known.count++;
      else counts.set(key, { labels, count: 1 });
    }
  }
  return [...counts.values()].map(({ labels, count }) => [labels, count] as const);
}
