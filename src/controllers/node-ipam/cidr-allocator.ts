import type { PodNetwork } from '../pod-network.ts';

/** Gives out equal parts of a range, the lowest free one first, going round. */
export class CidrAllocator {
  readonly #base: number;
  readonly #size: number;
  readonly #nodeMaskSize: number;
  /** How many parts there are. */
  readonly count: number;
  /** How many parts were given out since the beginning, and given back. */
  allocations = 0;
  releases = 0;
  readonly #taken = new Set<number>();
  #next = 0;

  constructor({ clusterCidr, nodeMaskSize }: PodNetwork) {
    const [address = '', mask = ''] = clusterCidr.split('/');
    this.#base = toNumber(address);
    this.#nodeMaskSize = nodeMaskSize;
    this.#size = 2 ** (32 - nodeMaskSize);
    this.count = 2 ** (nodeMaskSize - Number(mask));
  }

  get taken(): number {
    return this.#taken.size;
  }

  /** Marks all parts that a range covers, whatever its size, as taken. False when it covers none, or one taken already. */
  occupy(cidr: string): boolean {
    const { first, last } = this.#covered(cidr);
    let free = last >= first;
    for (let index = first; index <= last; index++) {
      if (this.#taken.has(index)) free = false;
      if (!this.#taken.has(index)) this.allocations++;
      this.#taken.add(index);
    }
    return free;
  }

  release(cidr: string): void {
    const { first, last } = this.#covered(cidr);
    for (let index = first; index <= last; index++) {
      if (this.#taken.delete(index)) this.releases++;
    }
  }

  /** A free range, taken from now on; undefined when there is none. */
  allocate(): string | undefined {
    for (let step = 0; step < this.count; step++) {
      const index = (this.#next + step) % this.count;
      if (this.#taken.has(index)) continue;
      this.#taken.add(index);
      this.allocations++;
      this.#next = index + 1;
      return `${toAddress(this.#base + index * this.#size)}/${this.#nodeMaskSize}`;
    }
    return undefined;
  }

  /** The parts that a range lies in, or that lie in it; the last is before the first where there are none. */
  #covered(cidr: string): { readonly first: number; readonly last: number } {
    const [address = '', mask = ''] = cidr.split('/');
    const begin = toNumber(address) - this.#base;
    const end = begin + 2 ** (32 - Number(mask)) - 1;
    const [first, last] = [Math.floor(begin / this.#size), Math.floor(end / this.#size)];
    return { first: Math.max(0, first), last: Math.min(this.count - 1, last) };
  }
}

const toNumber = (address: string): number =>
  address.split('.').reduce((number, part) => number * 256 + Number(part), 0);

const toAddress = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
