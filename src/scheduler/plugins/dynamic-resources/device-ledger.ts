import { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import type { AllocationResult } from '#api/resource/v1/resource-claim-status.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { keyOf } from '#client/object-store.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { addCapacities, type Capacities } from './consumable-capacity.ts';
import { deviceId } from './device-pool.ts';

/**
 * Which devices are taken: by claims that the API server shows as allocated, by those that were written and are not seen
 * yet, and by those that are being written.
 */
export class DeviceLedger {
  readonly #claims;
  /** What counts for each claim, by uid. */
  readonly #counted = new Map<string, AllocationResult>();
  /** Allocations that are decided and not written yet, by uid; several pods of a group may wait for one. */
  readonly #pending = new Map<string, { readonly allocation: AllocationResult; waiting: number }>();
  /** Claims as they were written last, until the API server shows them. */
  readonly #written = new Map<string, ResourceClaim>();
  readonly #versions = new Map<string, number>();
  readonly #taken = new Map<string, number>();
  readonly #shared = new Map<string, { users: number; amounts: Capacities }>();

  constructor(informers: InformerFactory) {
    const claims = informers.of(ResourceClaims);
    this.#claims = claims.store;
    claims.addHandler({
      added: (claim) => this.#seen(claim),
      updated: (claim) => this.#seen(claim),
      deleted: (claim) => {
        this.#written.delete(keyOf(claim));
        this.#recount(claim.metadata?.uid ?? '', undefined);
      },
    });
  }

  /** A claim as it was seen or written last. */
  get(key: string): ResourceClaim | undefined {
    return this.#written.get(key) ?? this.#claims.getByKey(key);
  }

  list(): ResourceClaim[] {
    return this.#claims.list();
  }

  /** What was decided about a claim and is not written yet. */
  pendingOf(uid: string): AllocationResult | undefined {
    return this.#pending.get(uid)?.allocation;
  }

  /** Takes devices for a claim that is about to be written, or joins those who wait for that. */
  reserve(uid: string, allocation: AllocationResult): void {
    const pending = this.#pending.get(uid);
    if (pending) pending.waiting++;
    else this.#pending.set(uid, { allocation, waiting: 1 });
    this.#recount(uid, allocation);
  }

  /** One of those who wait for a claim to be written does so no longer: with the last the devices are free again. */
  release(uid: string, key: string): void {
    const pending = this.#pending.get(uid);
    if (pending && --pending.waiting === 0) this.settle(uid, key);
  }

  /** The claim will not be written, or was (`written`), which may have given it another uid. */
  settle(uid: string, key: string, written?: ResourceClaim): void {
    this.#pending.delete(uid);
    const seen = this.#claims.getByKey(key);
    const isNews = written && !(seen && isOlder(written, seen));
    if (isNews) this.#written.set(key, written);
    const claim = isNews ? written : seen;
    const own = claim?.metadata?.uid ?? '';
    if (own !== uid) this.#recount(uid, undefined);
    if (claim) this.#recount(own, claim.status?.allocation);
  }

  /** Grows when devices of a pool are taken or given back. */
  versionOf({ id }: { readonly id: string }): number {
    return this.#versions.get(id) ?? 0;
  }

  /** Whether a device is taken as a whole. */
  isTaken(id: string): boolean {
    return this.#taken.has(id);
  }

  /** Whether anybody has all or some of a device. */
  isUsed(id: string): boolean {
    return this.#taken.has(id) || this.#shared.has(id);
  }

  /** What is taken of the capacities of a device that several may have. */
  amountsOf(id: string): Capacities | undefined {
    return this.#shared.get(id)?.amounts;
  }

  #seen(claim: ResourceClaim): void {
    const key = keyOf(claim);
    const written = this.#written.get(key);
    if (written && isOlder(claim, written)) return;
    this.#written.delete(key);
    const uid = claim.metadata?.uid ?? '';
    if (!this.#pending.has(uid)) this.#recount(uid, claim.status?.allocation);
  }

  #recount(uid: string, allocation: AllocationResult | undefined): void {
    const before = this.#counted.get(uid);
    if (before === allocation) return;
    if (before) this.#count(before, -1);
    if (allocation) this.#count(allocation, 1);
    if (allocation) this.#counted.set(uid, allocation);
    else this.#counted.delete(uid);
  }

  #count({ devices }: AllocationResult, sign: 1 | -1): void {
    for (const { driver, pool, device, adminAccess, shareID, consumedCapacity } of devices?.results ?? []) {
      // Whoever administers a device does not keep others from it.
      if (adminAccess) continue;
      const id = deviceId(driver, pool, device);
      const pools = deviceId(driver, pool, '');
      this.#versions.set(pools, (this.#versions.get(pools) ?? 0) + 1);
      if (shareID === undefined) {
        const count = (this.#taken.get(id) ?? 0) + sign;
        if (count > 0) this.#taken.set(id, count);
        else this.#taken.delete(id);
        continue;
      }
      const entries = Object.entries((consumedCapacity ?? {}) as Readonly<Record<string, string>>);
      const amounts = new Map(entries.map(([name, text]) => [name, parseQuantity(text)]));
      const known = this.#shared.get(id);
      const users = (known?.users ?? 0) + sign;
      if (users > 0) this.#shared.set(id, { users, amounts: addCapacities(known?.amounts, amounts, sign) });
      else this.#shared.delete(id);
    }
  }
}

const isOlder = (a: ResourceClaim, b: ResourceClaim): boolean =>
  a.metadata?.uid === b.metadata?.uid &&
  BigInt(a.metadata?.resourceVersion ?? 0) < BigInt(b.metadata?.resourceVersion ?? 0);
