import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { podSecrets } from '#api/core/v1/pod-references.ts';
import { type Secret, Secrets } from '#api/core/v1/secret.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { mergePatch } from '#client/options.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import { dayOf, isDay } from '#machinery/objects/day.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { INVALID_SINCE, unusedTokens } from './unused-tokens.ts';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const TRACKING = 'kube-apiserver-legacy-service-account-token-tracking';

/** Once a day marks tokens in secrets that nobody has used for long as invalid, and later removes them. */
export const createLegacyServiceAccountTokenCleaner = (
  context: ControllerContext,
  options: ControllersOptions,
): Runnable => new LegacyServiceAccountTokenCleaner(context, options);

class LegacyServiceAccountTokenCleaner implements Runnable {
  readonly name = 'legacy-service-account-token-cleaner';
  readonly #context: ControllerContext;
  readonly #periodMs: number;

  constructor(context: ControllerContext, { legacyTokenCleanUpPeriodMs = YEAR_MS }: ControllersOptions) {
    this.#context = context;
    this.#periodMs = legacyTokenCleanUpPeriodMs;
    context.informers.of(ServiceAccounts);
    context.informers.of(Secrets);
    context.informers.of(Pods);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#context;
    while (!signal.aborted) {
      await this.#clean().catch((error) => {
        if (!signal.aborted) logger.warn('unused tokens not looked for', { error });
      });
      await clock.sleep(DAY_MS, signal).catch(() => {});
    }
  }

  async #clean(): Promise<void> {
    const { informers, clock } = this.#context;
    const now = clock.now();
    if (now < (await this.#trackedSince()) + this.#periodMs) return;
    const needed = new Map<string, ReadonlySet<string>>();
    const { invalidate, remove } = unusedTokens({
      secrets: informers.of(Secrets).store.list(),
      account: (namespace, name) => informers.of(ServiceAccounts).store.get(name, namespace),
      needed: (namespace) => {
        const known = needed.get(namespace) ?? this.#neededIn(namespace);
        needed.set(namespace, known);
        return known;
      },
      now,
      periodMs: this.#periodMs,
    });
    for (const secret of invalidate) await this.#try('mark', secret, () => this.#invalidate(secret, now));
    for (const secret of remove) await this.#try('remove', secret, () => this.#remove(secret));
  }

  /** The end of the day on which the use of tokens began to be noted, in milliseconds since the epoch. */
  async #trackedSince(): Promise<number> {
    const { data } = await this.#context.client.of(ConfigMaps).get(TRACKING, { namespace: 'kube-system' });
    const since = data?.['since'];
    if (!isDay(since)) throw new Error(`read start of token tracking: ${JSON.stringify(since ?? '')} is not a day`);
    return Date.parse(since as string) + DAY_MS;
  }

  #neededIn(namespace: string): ReadonlySet<string> {
    const pods = this.#context.informers.of(Pods).store.list();
    const own = pods.filter(({ metadata }) => metadata?.namespace === namespace);
    return new Set(own.flatMap((pod) => [...podSecrets(pod)]));
  }

  async #invalidate({ metadata }: Secret, now: number): Promise<void> {
    const { name = '', namespace = '', uid } = metadata ?? {};
    const labels = { [INVALID_SINCE]: dayOf(now) };
    await this.#context.client.of(Secrets).patch(name, mergePatch({ metadata: { uid, labels } }), { namespace });
  }

  async #remove({ metadata }: Secret): Promise<void> {
    const { name = '', namespace = '', resourceVersion = '' } = metadata ?? {};
    await this.#context.client.of(Secrets).delete(name, { namespace, preconditions: { resourceVersion } });
  }

  async #try(what: string, { metadata }: Secret, act: () => Promise<void>): Promise<void> {
    const { logger } = this.#context;
    const secret = `${metadata?.namespace}/${metadata?.name}`;
    try {
      await act();
      logger.info('unused token of a service account', { what, secret });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) logger.warn('unused token not cleaned up', { what, secret, error });
    }
  }
}
