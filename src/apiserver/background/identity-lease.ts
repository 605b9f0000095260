import { createHash } from 'node:crypto';
import { type Lease, Leases } from '#api/coordination/v1/lease.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { isConflict, isNotFound } from '#machinery/errors/status-error.ts';

export interface IdentityLeaseOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hostname: string;
  readonly newUid: () => string;
}

export const LEASE_NAMESPACE = 'kube-system';
/** What the leases of API servers have in common. */
export const IDENTITY_LABELS = { 'apiserver.kubernetes.io/identity': 'kube-apiserver' };
const RENEW_MS = 10_000;
const DURATION_SECONDS = 3600;

/** Tells others, by a Lease that it renews, that this API server lives. */
export class IdentityLease {
  readonly name: string;
  readonly #options: IdentityLeaseOptions;
  readonly #holder: string;

  constructor(options: IdentityLeaseOptions) {
    this.#options = options;
    this.name = serverIdentity(options.hostname);
    this.#holder = `${this.name}_${options.newUid()}`;
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    while (!signal.aborted) {
      await this.#renew().catch((error) => {
        if (!signal.aborted) logger.warn('renew identity lease failed', { lease: this.name, error });
      });
      await clock.sleep(RENEW_MS, signal).catch(() => {});
    }
  }

  async #renew(): Promise<void> {
    const leases = this.#options.client.of(Leases);
    try {
      const current = await leases.get(this.name, { namespace: LEASE_NAMESPACE });
      await leases.update(this.#renewed(current));
    } catch (error) {
      if (isNotFound(error))
        await leases.create(this.#renewed({ metadata: { name: this.name, namespace: LEASE_NAMESPACE } }));
      else if (!isConflict(error)) throw error;
    }
  }

  #renewed(lease: Lease): Lease {
    const { clock, hostname } = this.#options;
    const labels = { ...IDENTITY_LABELS, 'kubernetes.io/hostname': hostname };
    return {
      ...lease,
      metadata: { ...lease.metadata, labels: { ...lease.metadata?.labels, ...labels } },
      spec: {
        ...lease.spec,
        holderIdentity: this.#holder,
        leaseDurationSeconds: DURATION_SECONDS,
        renewTime: `${new Date(clock.now()).toISOString().slice(0, -1)}000Z`,
      },
    };
  }
}

/** What the server of a host is called among those of its cluster. */
export const serverIdentity = (hostname: string): string =>
  `apiserver-${base32(createHash('sha256').update(hostname).digest().subarray(0, 16))}`;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 in lower case, without padding. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET[(value >>> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text;
}
