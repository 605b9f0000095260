import { setMaxListeners } from 'node:events';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { Client } from '#client/client.ts';
import type { Store } from '#storage/store.ts';
import { Compactor } from './background/compactor.ts';
import { EventExpiry } from './background/event-expiry.ts';
import { IdentityLease } from './background/identity-lease.ts';
import { IdentityLeaseCleaner } from './background/identity-lease-cleaner.ts';
import { LegacyTokenTracking } from './background/legacy-token-tracking.ts';
import { ServiceAddresses } from './background/service-addresses.ts';
import { Audit, type AuditOptions } from './filters/audit.ts';
import type { Filter } from './filters/filter.ts';
import { flowControlled } from './filters/flow-control.ts';
import { InFlight } from './filters/in-flight.ts';
import { instrumentation } from './filters/instrumentation.ts';
import { ConfigurationController } from './flow-control/configuration-controller.ts';
import { createFlowControlPaths } from './flow-control/dump-paths.ts';
import { FlowControl } from './flow-control/flow-control.ts';
import type { Exchange } from './http/exchange.ts';
import { createFlowControlMetrics } from './metrics/flow-control-metrics.ts';
import { addFeatureMetrics, addProcessMetrics } from './metrics/process-metrics.ts';
import { RequestMetrics } from './metrics/request-metrics.ts';
import { createServerCounters, type ServerCounters } from './metrics/server-counters.ts';
import { addStorageMetrics } from './metrics/storage-metrics.ts';
import type { Pipeline } from './pipeline.ts';

export interface OperationsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Requests over HTTP that run at a time; 600 by default. */
  readonly totalSeats?: number;
  /** What is written down about requests over HTTP; nothing by default. The server closes the backends. */
  readonly audit?: AuditOptions;
  /** How long events are kept; one hour by default. */
  readonly eventTtlMs?: number;
  /** Where this server runs, told in a Lease; absent for servers that need not be known. */
  readonly hostname?: string;
  /** The flags it was started with, all of them, told at `/flagz`; absent where there are none. */
  readonly flags?: Readonly<Record<string, string>>;
}

/** What a server has at hand. */
export interface OperationsParts extends OperationsOptions {
  readonly metrics: MetricRegistry;
  readonly store: Store;
  /** The store under one that encrypts. */
  readonly engine?: Store;
  readonly newUid: () => string;
  readonly serviceCidr: string;
  /** Features to turn on. */
  readonly featureGates: ReadonlySet<string>;
}

const EVENT_TTL_MS = 3_600_000;

/** What the server does beside answering: metrics, priority and fairness, and the work that goes on while it runs. */
export class Operations {
  readonly metrics: MetricRegistry;
  readonly counters: ServerCounters;
  readonly instrumentation: Filter;
  readonly flowControl: Filter;
  readonly audit: Audit | undefined;
  /** Answers paths that show priority and fairness at work. */
  readonly debugPaths: (exchange: Exchange) => boolean;
  readonly #options: OperationsParts;
  readonly #inFlight = new InFlight();
  readonly #seats: FlowControl;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];

  constructor({ table }: Pipeline, options: OperationsParts) {
    this.#options = options;
    const { clock, metrics, totalSeats } = options;
    this.metrics = metrics;
    this.counters = createServerCounters(metrics, clock);
    const monotonic = () => clock.monotonic();
    this.#seats = new FlowControl({ clock, ...(totalSeats === undefined ? {} : { totalSeats }) });
    const measured = instrumentation(new RequestMetrics(this.metrics, table), monotonic);
    this.instrumentation = (next) => this.#inFlight.filter(measured(next));
    this.flowControl = flowControlled({
      flowControl: this.#seats,
      stored: ({ group, version, resource }) => {
        const handler = table.get(group, version, resource)?.handler;
        const count = handler?.count?.() ?? 0;
        return { count, averageBytes: count === 0 ? 0 : (handler?.bytes?.() ?? 0) / count };
      },
      observer: createFlowControlMetrics(this.metrics, this.#seats),
      clock,
    });
    this.audit = options.audit && new Audit(options.audit, { clock, metrics: this.metrics, table });
    addProcessMetrics(this.metrics, clock);
    addFeatureMetrics(this.metrics, options.featureGates);
    addStorageMetrics(this.metrics, table, options.engine ?? options.store);
    this.debugPaths = createFlowControlPaths(this.#seats, clock);
  }

  /** Begins what goes on in the background, as the server's own user. */
  start(client: Client): void {
    const { clock, logger, store, newUid, serviceCidr, hostname, eventTtlMs: ttlMs = EVENT_TTL_MS } = this.#options;
    const common = { client, clock, logger };
    const works = [
      new ConfigurationController({ ...common, flowControl: this.#seats }),
      new EventExpiry({ ...common, ttlMs }),
      new Compactor(store, { clock, logger }),
      new ServiceAddresses({ ...common, serviceCidr }),
      new IdentityLeaseCleaner(common),
      new LegacyTokenTracking(common),
      ...(hostname === undefined ? [] : [new IdentityLease({ ...common, hostname, newUid })]),
    ];
    // Each of them listens, more than once.
    setMaxListeners(0, this.#stop.signal);
    for (const work of works) this.#running.push(work.run(this.#stop.signal));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  /** Resolves when every request is answered, or when their time is over. */
  async drain(graceMs: number): Promise<void> {
    if (graceMs === 0) return;
    const over = new AbortController();
    await Promise.race([this.#inFlight.idle(), this.#options.clock.sleep(graceMs, over.signal).catch(() => {})]);
    over.abort();
  }

  /** Resolves when everything is written down; no request may come afterwards. */
  async close(): Promise<void> {
    await this.audit?.close();
  }
}
