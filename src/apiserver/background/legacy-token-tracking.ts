import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { Informer } from '#client/informer.ts';
import { isAlreadyExists, isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import { dayOf, isDay } from '#machinery/objects/day.ts';

export interface LegacyTokenTrackingOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
}

const NAMESPACE = 'kube-system';
const NAME = 'kube-apiserver-legacy-service-account-token-tracking';
const KEY = 'since';
const RETRY_MS = 1_000;
/** Whoever removes the record again and again does not get a new one each time. */
const CREATE_EVERY_MS = 1_800_000;

/** Keeps a ConfigMap that tells since which day the use of tokens from secrets has been noted. */
export class LegacyTokenTracking {
  readonly #options: LegacyTokenTrackingOptions;
  readonly #informer: Informer<ConfigMap>;
  #createdAt = Number.NEGATIVE_INFINITY;
  #wake: () => void = () => {};

  constructor(options: LegacyTokenTrackingOptions) {
    this.#options = options;
    const { client, clock, logger } = options;
    const changed = () => this.#wake();
    this.#informer = new Informer(client.of(ConfigMaps), {
      namespace: NAMESPACE,
      fieldSelector: `metadata.name=${NAME}`,
      clock,
      logger,
    }).addHandler({ added: changed, updated: changed, deleted: changed });
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { logger } = this.#options;
    const running = this.#informer.run(signal);
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    await this.#informer.synced().catch(() => {});
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const againAfter = await this.#sync().catch((error) => {
        if (!signal.aborted) logger.warn('record start of token tracking failed', { error });
        return RETRY_MS;
      });
      if (!signal.aborted) await this.#wait(changed, againAfter);
    }
    await running;
  }

  async #wait(changed: Promise<void>, againAfter: number | undefined): Promise<void> {
    const timer = againAfter === undefined ? undefined : this.#options.clock.setTimer(againAfter, () => this.#wake());
    await changed;
    timer?.cancel();
  }

  /** Resolves with the milliseconds after which to look again, where no change brings that about. */
  async #sync(): Promise<number | undefined> {
    const { client, clock } = this.#options;
    const maps = client.of(ConfigMaps);
    const current = this.#informer.store.get(NAME, NAMESPACE);
    if (current !== undefined && isDay(current.data?.[KEY])) return undefined;
    const now = clock.now();
    const today = { [KEY]: dayOf(now) };
    try {
      if (current !== undefined) await maps.update({ ...current, data: { ...current.data, ...today } });
      else {
        const wait = this.#createdAt + CREATE_EVERY_MS - now;
        if (wait > 0) return wait;
        this.#createdAt = now;
        await maps.create({ metadata: { name: NAME, namespace: NAMESPACE }, data: today });
      }
    } catch (error) {
      // Another server was first: its change is on the way.
      if (!isAlreadyExists(error) && !isConflict(error) && !isNotFound(error)) throw error;
    }
    return undefined;
  }
}
