import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import { isSelected, MAX_RESULTS, nameOf, type PreparedClaim, type PreparedRequest } from './claim-requests.ts';
import { addCapacities, type Capacities, consumedBy, hasRoomFor } from './consumable-capacity.ts';
import { ConstraintCheck } from './device-constraint.ts';
import { DeviceCounters } from './device-counters.ts';
import type { DeviceLedger } from './device-ledger.ts';
import type { PoolDevice } from './device-pool.ts';
import type { DeviceSelectors } from './device-selectors.ts';
import { isTainted } from './device-tolerations.ts';

/** A device that was chosen for a request. */
export interface ChosenDevice {
  readonly request: PreparedRequest;
  readonly device: PoolDevice;
  /** What it takes of a device that several may have; absent when it takes the whole device. */
  readonly shares: Capacities | undefined;
}

export interface AllocationInput {
  readonly claims: readonly ResourceClaim[];
  /** What each claim comes to on the node. */
  readonly prepared: readonly PreparedClaim[];
  /** The devices to choose from, in the order in which they are tried. */
  readonly candidates: readonly PoolDevice[];
  readonly selectors: DeviceSelectors;
  readonly ledger: DeviceLedger;
}

/** How a search ended: with everything chosen, with nothing, or because a claim would get more than its status can name. */
type Ending = 'found' | 'none' | 'too many';

/** Where the search is: a claim, one of its requests, one of that request's alternatives, one of its devices. */
interface Position {
  readonly claim: number;
  readonly request: number;
  /** Absent before an alternative is chosen. */
  readonly alternative?: number;
  readonly chosen: number;
  /** Devices of one request are taken in their order only: other orders come to the same. */
  readonly from: number;
}

/** Search steps after which a node is given up; everybody else waits meanwhile. */
const MAX_STEPS = 20_000;

/** Chooses devices for all requests of some claims on one node: the first choice that works, as upstream finds it. */
export class DeviceAllocation {
  readonly #input: AllocationInput;
  readonly #counters: DeviceCounters;
  readonly #constraints: readonly (readonly ConstraintCheck[])[];
  readonly #chosen: ChosenDevice[][];
  /** Which claims devices were chosen for, by device. */
  readonly #inUse = new Map<string, Set<number>>();
  readonly #shared = new Map<string, Capacities>();
  #steps = 0;

  constructor(input: AllocationInput) {
    this.#input = input;
    this.#counters = new DeviceCounters((id) => input.ledger.isUsed(id));
    this.#constraints = input.claims.map((claim) =>
      (claim.spec.devices?.constraints ?? []).map((constraint) => new ConstraintCheck(constraint)),
    );
    this.#chosen = input.claims.map(() => []);
  }

  /** Whether the search was given up before everything was tried. */
  get gaveUp(): boolean {
    return this.#steps > MAX_STEPS;
  }

  /** The devices of each claim; undefined when there are not enough. Throws what is wrong with a selector. */
  search(): readonly (readonly ChosenDevice[])[] | undefined {
    return this.#step({ claim: 0, request: 0, chosen: 0, from: 0 }) === 'found' ? this.#chosen : undefined;
  }

  #step(position: Position): Ending {
    if (++this.#steps > MAX_STEPS) return 'none';
    const claim = this.#input.prepared[position.claim];
    if (claim === undefined) return 'found';
    const alternatives = claim[position.request];
    if (alternatives === undefined) {
      const ending = this.#step({ claim: position.claim + 1, request: 0, chosen: 0, from: 0 });
      // Too many for a later claim: with other alternatives before it may be fewer.
      return ending === 'too many' ? 'none' : ending;
    }
    if (position.alternative === undefined) return this.#chooseAlternative(position, alternatives);
    const request = alternatives[position.alternative] as PreparedRequest;
    if (request.all?.length === 0) return 'none';
    if (position.chosen >= request.needed) {
      return this.#step({ claim: position.claim, request: position.request + 1, chosen: 0, from: 0 });
    }
    const already = this.#chosen[position.claim]?.length ?? 0;
    if (already + request.needed - position.chosen > MAX_RESULTS) return 'too many';
    return request.all ? this.#takeNext(position, request, request.all) : this.#takeAny(position, request);
  }

  #chooseAlternative(position: Position, alternatives: readonly PreparedRequest[]): Ending {
    let ending: Ending = 'too many';
    for (let alternative = 0; alternative < alternatives.length; alternative++) {
      const result = this.#step({ ...position, alternative });
      if (result === 'found') return result;
      if (result === 'none') ending = result;
    }
    return ending;
  }

  /** Of all devices each has to do. */
  #takeNext(position: Position, request: PreparedRequest, all: readonly PoolDevice[]): Ending {
    const device = all[position.chosen] as PoolDevice;
    const giveBack = this.#take(position.claim, request, { device, isMust: true });
    if (giveBack === undefined) return 'none';
    const ending = this.#step({ ...position, chosen: position.chosen + 1 });
    if (ending !== 'found') giveBack();
    return ending;
  }

  #takeAny(position: Position, request: PreparedRequest): Ending {
    const claim = this.#input.claims[position.claim] as ResourceClaim;
    for (let index = position.from; index < this.#input.candidates.length; index++) {
      const device = this.#input.candidates[index] as PoolDevice;
      if (!this.#isFree(device.id, position.claim, request)) continue;
      if (!isSelected(claim, request, device, this.#input.selectors)) continue;
      const giveBack = this.#take(position.claim, request, { device, isMust: false });
      if (giveBack === undefined) continue;
      const ending = this.#step({ ...position, chosen: position.chosen + 1, from: index + 1 });
      if (ending === 'found') return ending;
      giveBack();
      if (ending === 'too many') return ending;
    }
    return 'none';
  }

  #isFree(id: string, claim: number, { adminAccess }: PreparedRequest): boolean {
    const users = this.#inUse.get(id);
    return adminAccess ? !users?.has(claim) : !users?.size && !this.#input.ledger.isTaken(id);
  }

  /** Takes a device if nothing is against it; what is returned gives it back. */
  #take(
    claim: number,
    request: PreparedRequest,
    { device, isMust }: { readonly device: PoolDevice; readonly isMust: boolean },
  ): (() => void) | undefined {
    const { id, device: spec } = device;
    const mayShare = spec.allowMultipleAllocations === true;
    if (!this.#isFree(id, claim, request) || isTainted(spec, request.tolerations)) return undefined;
    const consumed = consumedBy(request.capacity, spec.capacity);
    const { ledger } = this.#input;
    const taken = [ledger.amountsOf(id), this.#shared.get(id)];
    if (consumed === undefined || !hasRoomFor(consumed, taken, spec.capacity)) return undefined;
    const draws = Boolean(spec.consumesCounters?.length) && !(mayShare && taken.some(Boolean));
    if (draws && !this.#counters.take(device.from, spec)) return undefined;
    if (!this.#constrain(claim, request, device)) {
      if (draws) this.#counters.giveBack(device.from, spec);
      if (!isMust) return undefined;
      const who = `claim ${nameOf(this.#input.claims[claim] as ResourceClaim)}, request ${request.name}`;
      throw new Error(`${who}: cannot add device ${id} because a claim constraint would not be satisfied`);
    }
    const before = this.#shared.get(id);
    if (mayShare) this.#shared.set(id, addCapacities(before, consumed));
    else this.#inUse.set(id, new Set(this.#inUse.get(id)).add(claim));
    this.#chosen[claim]?.push({ request, device, shares: mayShare ? consumed : undefined });
    return () => {
      this.#chosen[claim]?.pop();
      if (!mayShare) this.#inUse.get(id)?.delete(claim);
      else if (before) this.#shared.set(id, before);
      else this.#shared.delete(id);
      for (const constraint of this.#constraints[claim] ?? []) constraint.remove(request);
      if (draws) this.#counters.giveBack(device.from, spec);
    };
  }

  #constrain(claim: number, request: PreparedRequest, device: PoolDevice): boolean {
    const constraints = this.#constraints[claim] ?? [];
    for (const [index, constraint] of constraints.entries()) {
      if (constraint.add(request, device)) continue;
      for (const earlier of constraints.slice(0, index)) earlier.remove(request);
      return false;
    }
    return true;
  }
}
