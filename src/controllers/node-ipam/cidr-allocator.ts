import type { PodNetwork } from '../pod-network.ts';

/** Gives out equal parts of a range, the lowest free one first, going round. */
export class CidrAllocator {
  readonly #base: number;
  readonly #size: number;
  readonly #nodeMaskSize: number;
  readonly #count: number;
  readonly #taken = new Set<number>();
  #next = 0;

  constructor({ clusterCidr, nodeMaskSize }: PodNetwork) {
    const [address = '', mask = ''] = clusterCidr.split('/');
    this.#base = toNumber(address);
    this.#nodeMaskSize = nodeMaskSize;
    this.#size = 2 ** (32 - nodeMaskSize);
    this.#count = 2 ** (nodeMaskSize - Number(mask));
  }

  /** Marks a range as taken. False when it is none of this allocator's, or taken already. */
  occupy(cidr: string): boolean {
    const index = this.#indexOf(cidr);
    if (index === undefined || this.#taken.has(index)) return false;
    this.#taken.add(index);
    return true;
  }

  release(cidr: string): void {
    const index = this.#indexOf(cidr);
    if (index !== undefined) this.#taken.delete(index);
  }

  /** A free range, taken from now on; undefined when there is none. */
  allocate(): string | undefined {
    for (let step = 0; step < this.#count; step++) {
      const index = (this.#next + step) % this.#count;
      if (this.#taken.has(index)) continue;
      this.#taken.add(index);
      this.#next = index + 1;
      return `${toAddress(this.#base + index * this.#size)}/${this.#nodeMaskSize}`;
    }
    return undefined;
  }

  #indexOf(cidr: string): number | undefined {
    const [address = '', mask] = cidr.split('/');
    const index = (toNumber(address) - this.#base) / this.#size;
    const ours = Number(mask) === this.#nodeMaskSize && Number.isInteger(index) && index >= 0 && index < this.#count;
    return ours ? index : undefined;
  }
}

const toNumber = (address: string): number =>
  address.split('.').reduce((number, part) => number * 256 + Number(part), 0);

const toAddress = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
