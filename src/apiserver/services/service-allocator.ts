import type { Service } from '#api/core/v1/service.ts';
import { isHeadless, needsAddress, needsHealthCheck, needsNodePorts } from '#api/core/v1/service-access.ts';
import type { IPAddress } from '#api/networking/v1/ip-address.ts';
import type { ServiceCIDR } from '#api/networking/v1/service-cidr.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Random } from '#base/random.ts';
import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { newInternalError, newInvalid } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { WriteHook } from '../registry/registry-parts.ts';
import type { ResourceStorage } from '../registry/resource-storage.ts';
import { Pool } from './address-pool.ts';
import { addressAt, contains, type Ipv4Range, parseIpv4Range, staticPart } from './ipv4-range.ts';
import { settleFamilies } from './service-families.ts';

export interface ServiceAllocatorOptions {
  readonly services: () => ResourceStorage;
  /** Ranges beside the one given at start. */
  readonly cidrs: () => ResourceStorage;
  /** Addresses that others than services may have taken. */
  readonly addresses: () => ResourceStorage;
  /** The range given at start. */
  readonly range: Ipv4Range;
  readonly nodePorts: { readonly first: number; readonly last: number };
  readonly random: Random;
}

type OwnedService = Mutable<Service>;
type OwnedSpec = NonNullable<OwnedService['spec']>;

interface Allocation {
  /** What the service was. */
  readonly before: Service['spec'] | undefined;
  /** How to give back what was taken, once the service is stored or refused. */
  readonly held: (() => void)[];
}

/** Gives Services their cluster addresses and node ports, and takes them back. */
export class ServiceAllocator implements WriteHook {
  readonly #options: ServiceAllocatorOptions;
  /** Pools of addresses by range. */
  readonly #pools = new Map<string, { readonly range: Ipv4Range; readonly pool: Pool<string> }>();
  readonly #ports: Pool<number>;

  constructor(options: ServiceAllocatorOptions) {
    this.#options = options;
    const { nodePorts, random } = options;
    this.#ports = new Pool({
      size: nodePorts.last - nodePorts.first + 1,
      firstDynamic: staticPart(nodePorts.last - nodePorts.first + 1),
      at: (offset) => nodePorts.first + offset,
      inUse: (port) => this.#used().ports.has(port),
      random,
    });
  }

  readonly beforeWrite = (object: Mutable<KubernetesObject>, old: KubernetesObject | undefined) => {
    const service = object as OwnedService;
    const { spec } = service;
    if (!spec) return undefined;
    const held: (() => void)[] = [];
    const allocation: Allocation = { before: (old as Service | undefined)?.spec, held };
    try {
      this.#allocateAddress(service, spec, allocation);
      this.#allocatePorts(service, spec, allocation);
      this.#allocateHealthCheck(spec, allocation);
    } catch (error) {
      for (const release of held) release();
      throw error;
    }
    return () => {
      for (const release of held) release();
    };
  };

  #allocateAddress(service: OwnedService, spec: OwnedSpec, { before, held }: Allocation): void {
    const errors = settleFamilies(spec, before);
    if (errors.length > 0) throw refuse(service, errors);
    // What changes its address later is refused by validation.
    const hadAddress = before !== undefined && before.type !== 'ExternalName';
    if (!needsAddress(spec) || isHeadless(spec) || hadAddress) return;
    const address = spec.clusterIPs?.[0];
    if (address) this.#claimAddress(service, address, held);
    const taken = address || this.#takeAddress(held);
    spec.clusterIP = taken;
    spec.clusterIPs = [taken];
  }

  #takeAddress(held: (() => void)[]): string {
    for (const { pool } of this.#ranges()) {
      const address = pool.take();
      if (address === undefined) continue;
      held.push(() => pool.release(address));
      return address;
    }
    throw newInternalError('failed to allocate a serviceIP: range is full');
  }

  #claimAddress(service: OwnedService, address: string, held: (() => void)[]): void {
    const field = new FieldPath('spec').child('clusterIPs');
    const refuseWith = (why: string) =>
      refuse(service, [invalid(field, [address], `failed to allocate IP ${address}: ${why}`)]);
    const pools = this.#ranges().filter(({ range }) => contains(range, address));
    if (pools.length === 0) throw refuseWith('the provided network does not match the current range');
    if (pools.some(({ pool }) => !pool.isFree(address))) throw refuseWith('provided IP is already allocated');
    // Ranges may overlap: whoever draws from another one must not get it either.
    for (const { pool } of pools) {
      pool.hold(address);
      held.push(() => pool.release(address));
    }
  }

  /** The ranges that are ready now, the one given at start first. */
  #ranges() {
    const { range, cidrs } = this.#options;
    const ready = cidrs()
      .cache.list()
      .entries.map((entry) => entry.object as ServiceCIDR)
      .filter(({ metadata, status }) => {
        const condition = status?.conditions?.find(({ type }) => type === 'Ready');
        return !metadata?.deletionTimestamp && condition?.status === 'True';
      });
    const further = ready.flatMap(({ spec }) => spec?.cidrs ?? []).filter((cidr) => !cidr.includes(':'));
    return [...new Set([range.cidr, ...further])].map((cidr) => this.#pool(cidr));
  }

  #pool(cidr: string) {
    let known = this.#pools.get(cidr);
    if (known === undefined) {
      const range = parseIpv4Range(cidr);
      const pool = new Pool({
        size: range.size,
        firstDynamic: staticPart(range.size),
        at: (offset) => addressAt(range, offset),
        inUse: (address) => this.#used().addresses.has(address) || this.#isTakenByOthers(address),
        random: this.#options.random,
      });
      known = { range, pool };
      this.#pools.set(cidr, known);
    }
    return known;
  }

  /** Those of services follow their services, which may be gone already. */
  #isTakenByOthers(address: string): boolean {
    const known = this.#options.addresses().get('', address)?.object as IPAddress | undefined;
    return known !== undefined && known.spec?.parentRef?.resource !== 'services';
  }

  #allocatePorts(service: OwnedService, spec: OwnedSpec, { before, held }: Allocation): void {
    if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') return;
    const ports = spec.ports ?? [];
    const own = new Set((before?.ports ?? []).map((port) => port.nodePort));
    for (const [index, port] of ports.entries()) {
      // The same number may serve TCP and UDP of one new service.
      const shares = (each: typeof port) => each !== port && each.port === port.port && before === undefined;
      if (!port.nodePort) {
        if (needsNodePorts(spec))
          port.nodePort = ports.find((each) => shares(each) && each.nodePort)?.nodePort || this.#takePort(held);
        continue;
      }
      const number = port.nodePort;
      const isShared = ports
        .slice(0, index)
        .some((each) => each.nodePort === number && (before !== undefined || shares(each)));
      if (own.has(number) || isShared) continue;
      const problem = this.#claimPort(number, held);
      const field = new FieldPath('spec').child('ports').index(index).child('nodePort');
      if (problem) throw refuse(service, [invalid(field, number, problem)]);
    }
  }

  /** Who balances load asks nodes at this port whether they have pods of the service. */
  #allocateHealthCheck(spec: OwnedSpec, { before, held }: Allocation): void {
    if (!needsHealthCheck(spec) || (before && needsHealthCheck(before))) return;
    const port = spec.healthCheckNodePort;
    if (!port) {
      spec.healthCheckNodePort = this.#takePort(held);
      return;
    }
    const problem = this.#claimPort(port, held);
    if (problem) throw newInternalError(`failed to allocate requested HealthCheck NodePort ${port}: ${problem}`);
  }

  #takePort(held: (() => void)[]): number {
    const port = this.#ports.take();
    if (port === undefined) throw newInternalError('failed to allocate a nodePort: range is full');
    held.push(() => this.#ports.release(port));
    return port;
  }

  /** Takes a port that was asked for; answers why it cannot be had. */
  #claimPort(port: number, held: (() => void)[]): string | undefined {
    const { first, last } = this.#options.nodePorts;
    if (port < first || port > last)
      return `provided port is not in the valid range. The range of valid ports is ${first}-${last}`;
    if (!this.#ports.isFree(port)) return 'provided port is already allocated';
    this.#ports.hold(port);
    held.push(() => this.#ports.release(port));
    return undefined;
  }

  #usedAt = -1;
  #usedNow = { addresses: new Set<string>(), ports: new Set<number>() };

  /** What the stored services use; gathered again when one of them changes. */
  #used() {
    const { cache } = this.#options.services();
    if (this.#usedAt !== cache.changedRevision) {
      this.#usedAt = cache.changedRevision;
      const specs = cache.list().entries.map((entry) => (entry.object as Service).spec);
      this.#usedNow = {
        addresses: new Set(specs.flatMap((spec) => (spec?.clusterIP ? [spec.clusterIP] : []))),
        ports: new Set(
          specs.flatMap((spec) => [
            ...(spec?.ports ?? []).map((port) => port.nodePort ?? 0),
            spec?.healthCheckNodePort ?? 0,
          ]),
        ),
      };
    }
    return this.#usedNow;
  }
}

const refuse = (service: OwnedService, errors: readonly FieldError[]) =>
  newInvalid({ group: '', kind: 'Service' }, service.metadata?.name ?? '', errors);
