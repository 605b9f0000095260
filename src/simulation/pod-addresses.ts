/** Where pods of nodes without a range of their own have their addresses. */
const SHARED = 10 * 2 ** 24 + 128 * 2 ** 16;
const SHARED_SIZE = 2 ** 22;

/**
 * Addresses for pods, one after the other: out of their node's range as long as there are any, otherwise out of
 * 10.128.0.0/10. Those that pods have already are left out.
 */
export class PodAddresses {
  /** Those in use that are not out of the shared range, of which none is given twice. */
  readonly #used = new Set<number>();
  /** The last that was given out of each range. */
  readonly #last = new Map<string, number>();
  #lastShared = SHARED;

  /** Tells of an address that a pod has. */
  taken(address: string | undefined): void {
    const number = numberOf(address);
    if (number === undefined) return;
    if (isShared(number)) this.#lastShared = Math.max(this.#lastShared, number);
    else this.#used.add(number);
  }

  /** Tells that a pod has gone. */
  free(address: string | undefined): void {
    const number = numberOf(address);
    if (number !== undefined) this.#used.delete(number);
  }

  /** `range` is the node's, such as `10.244.1.0/24`. */
  next(range: string | undefined): string {
    const own = range === undefined ? undefined : this.#nextOf(range);
    if (own !== undefined) return textOf(own);
    this.#lastShared++;
    return textOf(SHARED + ((this.#lastShared - SHARED) % SHARED_SIZE));
  }

  /** Neither the first nor the last address of a range is a pod's; nor is the second, which is the node's own there. */
  #nextOf(range: string): number | undefined {
    const [address, bits] = range.split('/');
    const size = 2 ** (32 - Number(bits));
    const base = numberOf(address);
    if (base === undefined || !(size >= 4)) return undefined;
    const count = size - 3;
    const last = this.#last.get(range) ?? base + 1;
    for (let tried = 0; tried < count; tried++) {
      const number = base + 2 + ((last - base - 1 + tried) % count);
      if (this.#used.has(number)) continue;
      this.#used.add(number);
      this.#last.set(range, number);
      return number;
    }
    return undefined;
  }
}

const isShared = (number: number): boolean => number >= SHARED && number < SHARED + SHARED_SIZE;

function numberOf(address: string | undefined): number | undefined {
  const parts = (address ?? '').split('.');
  const number = parts.reduce((sum, part) => sum * 256 + Number(part), 0);
  return parts.length === 4 && Number.isInteger(number) ? number : undefined;
}

const textOf = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
