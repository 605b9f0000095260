import { type Service, Services } from '#api/core/v1/service.ts';
import { type IPAddress, IPAddresses } from '#api/networking/v1/ip-address.ts';
import { ServiceCIDRs } from '#api/networking/v1/service-cidr.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { Informer } from '#client/informer.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isAlreadyExists, isNotFound } from '#machinery/errors/status-error.ts';
import { formatTime } from '#machinery/objects/time.ts';

export interface ServiceAddressesOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The range that addresses come from when no other is there. */
  readonly serviceCidr: string;
}

const DEFAULT_CIDR = 'kubernetes';
const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
const ALLOCATOR = 'ipallocator.k8s.io';
const RETRY_MS = 1_000;

/**
 * Shows which addresses services have: an IPAddress for each, and a ServiceCIDR for the range given at start. Services
 * are the truth; what somebody deletes here comes back, what belongs to no service any more goes.
 */
export class ServiceAddresses {
  readonly #options: ServiceAddressesOptions;
  readonly #services: Informer<Service>;
  readonly #addresses: Informer<IPAddress>;
  #wake: () => void = () => {};
  #isDirty = true;

  constructor(options: ServiceAddressesOptions) {
    this.#options = options;
    const { client, clock, logger } = options;
    const dirty = () => {
      this.#isDirty = true;
      this.#wake();
    };
    const handler = { added: dirty, updated: dirty, deleted: dirty };
    this.#services = new Informer(client.of(Services), { clock, logger }).addHandler(handler);
    this.#addresses = new Informer(client.of(IPAddresses), { clock, logger }).addHandler(handler);
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { logger, clock } = this.#options;
    const informers = [this.#services, this.#addresses];
    const running = Promise.all(informers.map((informer) => informer.run(signal)));
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    await Promise.all(informers.map((informer) => informer.synced())).catch(() => {});
    while (!signal.aborted) {
      try {
        await this.#showRange();
        while (this.#isDirty && !signal.aborted) {
          this.#isDirty = false;
          await this.#reconcile();
        }
        if (!signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
      } catch (error) {
        this.#isDirty = true;
        if (!signal.aborted) logger.warn('show service addresses failed', { error });
        await clock.sleep(RETRY_MS, signal).catch(() => {});
      }
    }
    await running;
  }

  async #showRange(): Promise<void> {
    const { client, clock, serviceCidr } = this.#options;
    const cidrs = client.of(ServiceCIDRs);
    try {
      const made = await cidrs.create({ metadata: { name: DEFAULT_CIDR }, spec: { cidrs: [serviceCidr] } });
      const message = 'Kubernetes default Service CIDR is ready';
      const ready = { type: 'Ready', status: 'True', reason: '', message, lastTransitionTime: formatTime(clock.now()) };
      await cidrs.updateStatus({ ...made, status: { conditions: [ready] } });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }

  async #reconcile(): Promise<void> {
    const addresses = this.#options.client.of(IPAddresses);
    const wanted = new Map<string, Service>();
    for (const service of this.#services.store.list()) {
      for (const address of service.spec?.clusterIPs ?? []) if (address !== 'None') wanted.set(address, service);
    }
    for (const known of this.#addresses.store.list()) {
      const name = known.metadata?.name ?? '';
      const service = wanted.get(name);
      const isOurs = known.metadata?.labels?.[MANAGED_BY] === ALLOCATOR;
      if (service !== undefined && (!isOurs || belongsTo(known, service))) wanted.delete(name);
      else if (isOurs) await ignoring(isNotFound, addresses.delete(name));
    }
    for (const [name, service] of wanted) await ignoring(isAlreadyExists, addresses.create(addressOf(name, service)));
  }
}

function belongsTo({ spec }: IPAddress, { metadata }: Service): boolean {
  const parent = spec?.parentRef;
  return parent?.resource === 'services' && parent.namespace === metadata?.namespace && parent.name === metadata?.name;
}

function addressOf(address: string, { metadata }: Service): IPAddress {
  const { namespace, name } = metadata ?? {};
  const labels = {
    'ipaddress.kubernetes.io/ip-family': address.includes(':') ? 'IPv6' : 'IPv4',
    [MANAGED_BY]: ALLOCATOR,
  };
  return {
    metadata: { name: address, labels },
    spec: { parentRef: { group: '', resource: 'services', namespace, name } },
  } as IPAddress;
}
