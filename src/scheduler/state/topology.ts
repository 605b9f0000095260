import { own } from '#base/table.ts';
import type { NodeInfo } from './node-info.ts';

/** The value of one topology key on every node, as small numbers: nodes of equal value are one domain. */
export class Topology {
  readonly key: string;
  readonly #values = new Map<string, number>();
  /** By slot; -1 where a node has no such label, or there is none. */
  #domains: Int32Array;
  /** How many nodes each domain has. */
  readonly #sizes: number[] = [];
  readonly #slots = new Set<number>();

  constructor(key: string, nodes: readonly NodeInfo[]) {
    this.key = key;
    this.#domains = new Int32Array(64).fill(-1);
    for (const node of nodes) this.setNode(node);
  }

  /** How many domains there ever were; all numbers are below. */
  get size(): number {
    return this.#values.size;
  }

  /** The domain of each slot, or -1; replaced when there are more slots. */
  get domains(): Int32Array {
    return this.#domains;
  }

  /** Whether all nodes there are lie in one domain. */
  get isOne(): boolean {
    const [slot] = this.#slots;
    return slot !== undefined && this.#sizes[this.domainOf(slot)] === this.#slots.size;
  }

  /** The domain of a node, or -1. */
  domainOf(slot: number): number {
    return this.#domains[slot] as number;
  }

  setNode({ slot, node }: NodeInfo): void {
    if (slot >= this.#domains.length) {
      const grown = new Int32Array(2 * Math.max(slot, this.#domains.length)).fill(-1);
      grown.set(this.#domains);
      this.#domains = grown;
    }
    this.removeNode(slot);
    const value = own(node.metadata?.labels, this.key);
    const domain = value === undefined ? -1 : this.#numberOf(value);
    this.#slots.add(slot);
    this.#domains[slot] = domain;
    if (domain >= 0) this.#sizes[domain] = (this.#sizes[domain] ?? 0) + 1;
  }

  removeNode(slot: number): void {
    const domain = this.domainOf(slot);
    this.#slots.delete(slot);
    this.#domains[slot] = -1;
    if (domain >= 0) this.#sizes[domain] = (this.#sizes[domain] as number) - 1;
  }

  #numberOf(value: string): number {
    let number = this.#values.get(value);
    if (number === undefined) this.#values.set(value, (number = this.#values.size));
    return number;
  }
}
