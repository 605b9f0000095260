import { type Lease, Leases } from '#api/coordination/v1/lease.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import { IDENTITY_LABELS, LEASE_NAMESPACE } from './identity-lease.ts';

export interface IdentityLeaseCleanerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often leases are looked through. */
const PERIOD_MS = 3_600_000;

/** Deletes the leases of API servers that are gone. */
export class IdentityLeaseCleaner {
  readonly #options: IdentityLeaseCleanerOptions;

  constructor(options: IdentityLeaseCleanerOptions) {
    this.#options = options;
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    while (!signal.aborted) {
      await this.#clean().catch((error) => {
        if (!signal.aborted) logger.warn('clean identity leases failed', { error });
      });
      await clock.sleep(PERIOD_MS, signal).catch(() => {});
    }
  }

  async #clean(): Promise<void> {
    const { client, clock } = this.#options;
    const leases = client.of(Leases);
    const labelSelector = Object.entries(IDENTITY_LABELS)
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
    const { items } = await leases.list({ namespace: LEASE_NAMESPACE, labelSelector });
    for (const { metadata = {} } of items.filter((lease) => isExpired(lease, clock.now()))) {
      // One that is renewed meanwhile stays.
      const { uid, resourceVersion } = metadata;
      const preconditions = { uid, resourceVersion };
      const isOvertaken = (error: unknown) => isNotFound(error) || isConflict(error);
      await ignoring(isOvertaken, leases.delete(metadata.name ?? '', { namespace: LEASE_NAMESPACE, preconditions }));
    }
  }
}

/** Leases that do not say until when they hold are over, as upstream has it. */
export function isExpired({ spec }: Lease, now: number): boolean {
  const { renewTime, leaseDurationSeconds } = spec ?? {};
  if (renewTime === undefined || leaseDurationSeconds === undefined) return true;
  return Date.parse(renewTime) + leaseDurationSeconds * 1000 < now;
}
