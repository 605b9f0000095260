import type { NodeInfo } from '../../state/node-info.ts';
import type { PodClass } from '../../state/pod-class.ts';
import type { Topology } from '../../state/topology.ts';
import type { SpreadConstraint } from './spread-constraint.ts';

/** How the pods that one constraint means are spread: over domains, and over nodes. Current pod by pod. */
export class SpreadCount {
  readonly constraint: SpreadConstraint;
  readonly topology: Topology;
  /** The domain of each node that takes part, or -1, by slot. */
  #domains = new Int32Array(0);
  /** Matching pods, by slot. */
  #pods = new Int32Array(0);
  #podsIn = new Int32Array(8);
  #nodesIn = new Int32Array(8);
  #domainCount = 0;
  #least = 0;
  /** How many domains have the least; 0 when that is to be found anew. */
  #atLeast = 0;

  constructor(constraint: SpreadConstraint, topology: Topology) {
    this.constraint = constraint;
    this.topology = topology;
  }

  /** Domains in which nodes take part. */
  get domainCount(): number {
    return this.#domainCount;
  }

  /** Matching pods in the emptiest domain; without domains infinitely many. */
  get least(): number {
    if (this.#atLeast > 0) return this.#least;
    let least = Number.POSITIVE_INFINITY;
    for (let domain = 0; domain < this.#nodesIn.length; domain++) {
      if ((this.#nodesIn[domain] as number) === 0) continue;
      const pods = this.#podsIn[domain] as number;
      if (pods < least) {
        least = pods;
        this.#atLeast = 1;
      } else if (pods === least) this.#atLeast++;
    }
    this.#least = least;
    return least;
  }

  /** Matching pods in the domain of a node. */
  inDomainOf(slot: number): number {
    const domain = this.topology.domainOf(slot);
    return domain < 0 ? 0 : (this.#podsIn[domain] ?? 0);
  }

  /** Matching pods on a node. */
  on(slot: number): number {
    return this.#pods[slot] ?? 0;
  }

  /** Adds to the sum of each slot what this constraint makes of it: the weighted number of pods, and a share for its skew. */
  addTo(
    sums: Float64Array,
    slots: Int32Array,
    { weight, byNode }: { readonly weight: number; readonly byNode: boolean },
  ): void {
    const { domains } = this.topology;
    const skew = this.constraint.maxSkew - 1;
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index] as number;
      const domain = domains[slot] as number;
      if (domain < 0) continue;
      const pods = byNode ? this.#pods[slot] : this.#podsIn[domain];
      sums[index] = (sums[index] as number) + (pods ?? 0) * weight + skew;
    }
  }

  /** A node comes, without its pods. */
  enter({ slot }: NodeInfo, takesPart: boolean): void {
    this.#makeRoom(slot);
    const domain = takesPart ? this.topology.domainOf(slot) : -1;
    this.#domains[slot] = domain;
    this.#pods[slot] = 0;
    if (domain < 0) return;
    if (domain >= this.#podsIn.length) {
      this.#podsIn = grown(this.#podsIn, domain + 1);
      this.#nodesIn = grown(this.#nodesIn, domain + 1);
    }
    if ((this.#nodesIn[domain] as number) === 0) this.#domainCount++;
    this.#nodesIn[domain] = (this.#nodesIn[domain] as number) + 1;
    this.#atLeast = 0;
  }

  /** A node goes, after its pods. */
  leave({ slot }: NodeInfo): void {
    const domain = this.#domains[slot] ?? -1;
    if (domain < 0) return;
    this.#domains[slot] = -1;
    this.#nodesIn[domain] = (this.#nodesIn[domain] as number) - 1;
    if ((this.#nodesIn[domain] as number) === 0) this.#domainCount--;
    this.#atLeast = 0;
  }

  /** A pod comes or goes. */
  count(podClass: PodClass, { slot }: NodeInfo, sign: 1 | -1): void {
    if (!this.constraint.counts(podClass)) return;
    this.#pods[slot] = (this.#pods[slot] as number) + sign;
    const domain = this.#domains[slot] as number;
    if (domain < 0) return;
    const before = this.#podsIn[domain] as number;
    this.#podsIn[domain] = before + sign;
    if (this.#atLeast === 0) return;
    if (sign > 0) {
      if (before === this.#least) this.#atLeast--;
    } else if (before === this.#least) {
      this.#least = before - 1;
      this.#atLeast = 1;
    } else if (before - 1 === this.#least) this.#atLeast++;
  }

  #makeRoom(slot: number): void {
    if (slot < this.#domains.length) return;
    this.#domains = grown(this.#domains, slot + 1);
    this.#pods = grown(this.#pods, slot + 1);
  }
}

function grown(old: Int32Array<ArrayBuffer>, needed: number): Int32Array<ArrayBuffer> {
  const array = new Int32Array(Math.max(needed, 2 * old.length));
  array.set(old);
  return array;
}
