import type { Clock } from '#base/clock.ts';
import type { Cell, HistogramCell, MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { ResourceTarget } from '../request.ts';
import { AccessMetrics } from './access-metrics.ts';
import { ImpersonationMetrics } from './impersonation-metrics.ts';
import { scopeOf } from './request-metrics.ts';

/** What filters and handlers count as they go. */
export interface ServerCounters {
  readonly access: AccessMetrics;
  readonly impersonation: ImpersonationMetrics;
  /** Counts who was through with a request only after it was answered in his place, and by whom it was. */
  readonly late: (source: 'timeout-handler' | 'rest-handler', status: 'ok' | 'error' | 'panic') => void;
  readonly watch: (target: ResourceTarget) => WatchCells;
}

/** What is counted of the watches of a resource. */
export interface WatchCells {
  readonly events: Cell;
  /** Bytes of each event. */
  readonly sizes: HistogramCell;
  /** Seconds until a watcher was told the present state. */
  readonly initial: HistogramCell;
}

const SIZE_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128].map((kilobytes) => kilobytes * 1024);
const INITIAL_BUCKETS = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60];

export function createServerCounters(registry: MetricRegistry, clock: Clock): ServerCounters {
  const labels = ['group', 'version', 'resource'];
  const events = registry.counter('apiserver_watch_events_total', 'Events told to watchers', labels);
  const sizes = registry.histogram('apiserver_watch_events_sizes', 'Bytes of events told to watchers', {
    labels,
    buckets: SIZE_BUCKETS,
  });
  const initial = registry.histogram('apiserver_watch_list_duration_seconds', 'Time to tell watchers what is there', {
    labels: [...labels, 'scope'],
    buckets: INITIAL_BUCKETS,
  });
  const late = registry.counter(
    'apiserver_request_post_timeout_total',
    'Requests whose handlers ended only after their time was over',
    ['source', 'status'],
  );
  return {
    late: (source, status) => late.labels(source, status).inc(),
    access: new AccessMetrics(registry, clock),
    impersonation: new ImpersonationMetrics(registry, clock),
    watch: (target) => {
      const { group, version, resource } = target;
      return {
        events: events.labels(group, version, resource),
        sizes: sizes.labels(group, version, resource),
        initial: initial.labels(group, version, resource, scopeOf(target)),
      };
    },
  };
}
