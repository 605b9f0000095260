import { type Clock, systemClock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { EncryptionConfiguration } from '../encryption-configuration.ts';
import { timeoutOf } from '../encryption-configuration.ts';
import { KmsMetrics } from './kms-metrics.ts';
import { KmsProvider } from './kms-provider.ts';

export interface KmsProvidersOptions {
  readonly clock?: Clock;
  readonly logger?: Logger | undefined;
  /** Where the use of services is told; nowhere by default. */
  readonly metrics?: KmsMetrics | undefined;
}

/** The key management services of one configuration, by their names. */
export class KmsProviders {
  readonly #byName: ReadonlyMap<string, KmsProvider>;

  private constructor(byName: ReadonlyMap<string, KmsProvider>) {
    this.#byName = byName;
  }

  /** For configurations without any. */
  static readonly none = new KmsProviders(new Map());

  /** Resolves once each was asked how it is; one that is not there may come later. */
  static async open(
    { resources = [] }: EncryptionConfiguration,
    {
      clock = systemClock,
      logger,
      metrics = new KmsMetrics(new MetricRegistry(), { serverId: '', clock }),
    }: KmsProvidersOptions = {},
  ): Promise<KmsProviders> {
    const used = resources.flatMap(({ providers = [] }) => providers.flatMap(({ kms }) => (kms ? [kms] : [])));
    const opened = await Promise.all(
      used.map(async (kms): Promise<[string, KmsProvider]> => {
        const { name = '', endpoint = '' } = kms;
        const socket = new URL(endpoint).pathname.replace(/^\/@/, '@');
        return [name, await KmsProvider.open({ name, socket, timeoutMs: timeoutOf(kms), clock, logger, metrics })];
      }),
    );
    return new KmsProviders(new Map(opened));
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  get(name: string): KmsProvider | undefined {
    return this.#byName.get(name);
  }

  /** Why one or more are not well, or undefined. */
  async check(): Promise<string | undefined> {
    const faults: string[] = [];
    for (const provider of this.#byName.values())
      faults.push(...[await provider.check()].filter((each) => each !== undefined));
    return faults.length > 1 ? `[${faults.join(', ')}]` : faults[0];
  }

  /** How long calls that are under way may take. */
  get graceMs(): number {
    return 2 * [...this.#byName.values()].reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
  }

  close(): void {
    for (const provider of this.#byName.values()) provider.close();
  }
}
