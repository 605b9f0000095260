import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Cell, HistogramCell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';

const REQUEST_BUCKETS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
const WAIT_BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3];
const LABELS = ['group', 'resource'];

export type StoreOperation = 'get' | 'list' | 'create' | 'update' | 'delete';

/** Measures what each kind asks of the store, and what is asked of the cache before it, under upstream's names. */
export class RegistryMetrics {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #durations: Labelled<HistogramCell>;
  readonly #requests: Labelled<Cell>;
  readonly #errors: Labelled<Cell>;
  readonly #cache: { readonly [name in 'lists' | 'fetched' | 'returned' | 'consistent']: Labelled<Cell> };
  readonly #loads: { readonly [name in 'initializations' | 'objects' | 'terminated']: Labelled<Cell> };
  readonly #waits: Labelled<HistogramCell>;

  constructor(registry: MetricRegistry, clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    const counter = (name: string, help: string, more: readonly string[] = []) =>
      registry.counter(name, help, [...LABELS, ...more]);
    const operation = ['operation', ...LABELS];
    this.#durations = registry.histogram('etcd_request_duration_seconds', 'Time that the store took', {
      labels: operation,
      buckets: REQUEST_BUCKETS,
    });
    this.#requests = registry.counter('etcd_requests_total', 'What the store was asked', operation);
    this.#errors = registry.counter('etcd_request_errors_total', 'What the store failed at', operation);
    this.#cache = {
      lists: counter('apiserver_cache_list_total', 'Lists answered by the watch cache', ['index']),
      fetched: counter('apiserver_cache_list_fetched_objects_total', 'Objects that lists looked at', ['index']),
      returned: counter('apiserver_cache_list_returned_objects_total', 'Objects that lists answered with'),
      consistent: counter('apiserver_watch_cache_consistent_read_total', 'Lists of the present state', [
        'success',
        'fallback',
      ]),
    };
    this.#loads = {
      initializations: counter('apiserver_watch_cache_initializations_total', 'Times that a watch cache was loaded'),
      objects: counter('apiserver_init_events_total', 'Objects that watch caches were loaded with'),
      terminated: counter('apiserver_terminated_watchers_total', 'Watchers that were cut off because they were slow'),
    };
    this.#waits = registry.histogram(
      'apiserver_watch_cache_read_wait_seconds',
      'Time that reads waited for a revision',
      {
        labels: LABELS,
        buckets: WAIT_BUCKETS,
      },
    );
  }

  of({ group, plural }: Pick<AnyResourceDefinition, 'group' | 'plural'>): KindMetrics {
    const about = [group, plural];
    // Found once each: writes and lists are on every client's way.
    const operations = new Map<StoreOperation, StoreCells>();
    const cellsOf = (operation: StoreOperation): StoreCells => {
      let cells = operations.get(operation);
      if (cells === undefined) operations.set(operation, (cells = this.#cellsOf(operation, about)));
      return cells;
    };
    return {
      measure: (operation, work) => {
        const cells = cellsOf(operation);
        const startedAt = this.#clock.monotonic();
        const done = () => {
          cells.duration.observe((this.#clock.monotonic() - startedAt) / 1000);
          cells.requests.inc();
        };
        const result = work();
        // Beside what the caller waits for, which comes no later for being measured.
        result.then(done, () => {
          cells.errors().inc();
          done();
        });
        return result;
      },
      loaded: (objects) => {
        this.#loads.initializations.labels(...about).inc();
        this.#loads.objects.labels(...about).inc(objects);
      },
      listed: ({ index, fetched, found, isConsistent }) => {
        this.#cache.lists.labels(...about, index).inc();
        this.#cache.fetched.labels(...about, index).inc(fetched);
        this.#cache.returned.labels(...about).inc(found);
        if (isConsistent) this.#cache.consistent.labels(...about, 'true', 'false').inc();
      },
      waiting: () => {
        const startedAt = this.#clock.monotonic();
        return () => this.#waits.labels(...about).observe((this.#clock.monotonic() - startedAt) / 1000);
      },
      cutOff: () => this.#loads.terminated.labels(...about).inc(),
    };
  }

  #cellsOf(operation: StoreOperation, about: readonly string[]): StoreCells {
    const labels = [operation, ...about];
    return {
      duration: this.#durations.labels(...labels),
      requests: this.#requests.labels(...labels),
      errors: () => this.#errors.labels(...labels),
    };
  }
}

interface StoreCells {
  readonly duration: HistogramCell;
  readonly requests: Cell;
  /** Made only when something fails. */
  readonly errors: () => Cell;
}

/** The same of one kind. */
export interface KindMetrics {
  /** Does something with the store. */
  measure<R>(operation: StoreOperation, work: () => Promise<R>): Promise<R>;
  loaded(objects: number): void;
  listed(list: ListCounts): void;
  /** Somebody waits for a revision, until what is returned is called. */
  waiting(): () => void;
  /** A watcher was too slow. */
  cutOff(): void;
}

export interface ListCounts {
  /** What the objects were found by; '' for none. */
  readonly index: string;
  /** How many were looked at. */
  readonly fetched: number;
  readonly found: number;
  /** Whether the client asked for the present state. */
  readonly isConsistent: boolean;
}
