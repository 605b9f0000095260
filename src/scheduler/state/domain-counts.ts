import type { Topology } from './topology.ts';

/** A number for each domain of a topology. */
export class DomainCounts {
  readonly topology: Topology;
  /** Domains whose number is not zero. */
  #occupied = 0;
  #counts = new Float64Array(8);

  constructor(topology: Topology) {
    this.topology = topology;
  }

  /** Whether no domain has anything. */
  get isEmpty(): boolean {
    return this.#occupied === 0;
  }

  /** Whether all nodes have the same number. */
  get isEven(): boolean {
    return this.isEmpty || this.topology.isOne;
  }

  /** Adds to the domain of a node; nodes outside all domains are passed over. */
  add(slot: number, amount: number): void {
    const domain = this.topology.domainOf(slot);
    if (domain < 0) return;
    if (domain >= this.#counts.length) {
      const grown = new Float64Array(Math.max(domain + 1, 2 * this.#counts.length));
      grown.set(this.#counts);
      this.#counts = grown;
    }
    const before = this.#counts[domain] as number;
    const after = before + amount;
    this.#counts[domain] = after;
    if (before === 0 && after !== 0) this.#occupied++;
    else if (before !== 0 && after === 0) this.#occupied--;
  }

  /** The number of a node's domain; 0 outside all domains. */
  at(slot: number): number {
    const domain = this.topology.domainOf(slot);
    return domain < 0 ? 0 : (this.#counts[domain] ?? 0);
  }

  /** Adds `weight` times the number of each slot's domain to the sum at the same index. */
  addTo(sums: Float64Array, slots: Int32Array, weight: number): void {
    const { domains } = this.topology;
    const counts = this.#counts;
    for (let index = 0; index < slots.length; index++) {
      const domain = domains[slots[index] as number] as number;
      if (domain >= 0 && domain < counts.length) {
        sums[index] = (sums[index] as number) + weight * (counts[domain] as number);
      }
    }
  }
}
