import type { Clock } from '#base/clock.ts';
import { GrpcError } from '#base/grpc.ts';
import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { RecentMap } from '#base/recent-map.ts';
import { hashOfKeyId } from './encrypted-object.ts';

/** Whether a value was sealed or opened. */
export type Direction = 'from_storage' | 'to_storage';

export interface KmsMetricsOptions {
  /** Which of several servers this is, as its Lease calls it. */
  readonly serverId: string;
  readonly clock: Clock;
}

const PREFIX = 'apiserver_envelope_encryption_';
/** How many keys are remembered: services may change theirs as often as they like. */
const MAX_KEYS = 100;

const exponential = (start: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => start * 2 ** index);

interface KeyUse {
  readonly labels: readonly string[];
  count: number;
  lastAt: number;
}

/** What servers tell that use no service. Those that upstream still has of the first version stay at 0. */
export function addKmsMetrics(registry: MetricRegistry): void {
  registry.gauge(`${PREFIX}dek_cache_fill_percent`, 'Share of the places for data keys that are taken').labels();
  cacheMisses(registry);
  keysMade(registry);
  keysNotMade(registry);
}

const cacheMisses = (registry: MetricRegistry) =>
  registry.counter('apiserver_storage_envelope_transformation_cache_misses_total', 'Keys that were not at hand');

const keysMade = (registry: MetricRegistry) =>
  registry.histogram('apiserver_storage_data_key_generation_duration_seconds', 'Time that it took to make a data key', {
    buckets: exponential(5e-6, 14),
  });

const keysNotMade = (registry: MetricRegistry) =>
  registry.counter('apiserver_storage_data_key_generation_failures_total', 'Data keys that could not be made');

/** Tells how services that keep keys are used, under upstream's names. */
export class KmsMetrics {
  readonly #registry: MetricRegistry;
  readonly #options: KmsMetricsOptions;
  readonly #server: string;
  readonly #used = new RecentMap<string, KeyUse>(MAX_KEYS);
  readonly #told = new RecentMap<string, KeyUse>(MAX_KEYS);

  constructor(registry: MetricRegistry, options: KmsMetricsOptions) {
    this.#registry = registry;
    this.#options = options;
    this.#server = hashOfKeyId(options.serverId);
    addKmsMetrics(registry);
    const labels = ['transformation_type', 'provider_name', 'key_id_hash', 'apiserver_id_hash'];
    registry.collected('counter', `${PREFIX}key_id_hash_total`, {
      help: 'Times that a key was used, by direction, service and server',
      labels,
      collect: () => this.#used.entries().map(([, { labels: values, count }]) => [values, count]),
    });
    registry.collected('gauge', `${PREFIX}key_id_hash_last_timestamp_seconds`, {
      help: 'When a key was used last',
      labels,
      collect: () => this.#used.entries().map(([, { labels: values, lastAt }]) => [values, lastAt]),
    });
    registry.collected('gauge', `${PREFIX}key_id_hash_status_last_timestamp_seconds`, {
      help: 'When a service named a key last, asked how it is',
      labels: labels.slice(1),
      collect: () => this.#told.entries().map(([, { labels: values, lastAt }]) => [values, lastAt]),
    });
  }

  /** A value was sealed or opened with a key. */
  keyUsed(direction: Direction, provider: string, keyId: string): void {
    this.#count(this.#used, [direction, provider, keyId]);
  }

  /** A service named the key that it encrypts with. */
  keyTold(provider: string, keyId: string): void {
    this.#count(this.#told, [provider, keyId]);
  }

  #count(uses: RecentMap<string, KeyUse>, of: readonly string[]): void {
    const name = of.join('\0');
    let use = uses.get(name);
    if (use === undefined) {
      const labels = [...of.slice(0, -1), hashOfKeyId(of.at(-1) ?? ''), this.#server];
      uses.set(name, (use = { labels, count: 0, lastAt: 0 }));
    }
    use.count++;
    use.lastAt = this.#options.clock.now() / 1000;
  }

  /** A service named a key that it must not have: `empty` or `too_long`. */
  invalidKeyTold(provider: string, why: string): void {
    const labels = ['provider_name', 'error'];
    this.#registry
      .counter(`${PREFIX}invalid_key_id_from_status_total`, 'Times that a service named a wrong key', labels)
      .labels(provider, why)
      .inc();
  }

  /** How many seeds and keys of a service are known. */
  sourcesKnown(provider: string, count: number): void {
    const help = 'Secrets of a service that are known: about as many as it is asked for after a restart';
    this.#registry.gauge(`${PREFIX}dek_source_cache_size`, help, ['provider_name']).labels(provider).set(count);
  }

  /** A service has to be asked for a secret. */
  sourceMissed(): void {
    cacheMisses(this.#registry).labels().inc();
  }

  /** Makes a data key, and tells how long that took. */
  making<K>(make: () => K): K {
    const { clock } = this.#options;
    const start = clock.monotonic();
    try {
      const key = make();
      keysMade(this.#registry)
        .labels()
        .observe((clock.monotonic() - start) / 1000);
      return key;
    } catch (error) {
      keysNotMade(this.#registry).labels().inc();
      throw error;
    }
  }

  /** Waits for a call of a service, and tells how long it took and what came of it. `method` is its whole path. */
  async calling<R>(provider: string, method: string, call: () => Promise<R>): Promise<R> {
    const { clock } = this.#options;
    const start = clock.monotonic();
    const told = (code: string) =>
      this.#registry
        .histogram(
          `${PREFIX}kms_operations_latency_seconds`,
          'Time that calls of a service took, by what came of them',
          {
            labels: ['provider_name', 'method_name', 'grpc_status_code'],
            buckets: exponential(0.0001, 20),
          },
        )
        .labels(provider, method, code)
        .observe((clock.monotonic() - start) / 1000);
    try {
      const answer = await call();
      told('OK');
      return answer;
    } catch (error) {
      told(error instanceof GrpcError ? error.code : 'unknown-non-grpc');
      throw error;
    }
  }
}
