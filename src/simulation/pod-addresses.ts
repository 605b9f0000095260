/** Addresses for pods out of 10.128.0.0/10, one after the other, and those that pods have already left out. */
export class PodAddresses {
  #last = 0;

  /** Tells of an address that a pod has. */
  taken(address: string | undefined): void {
    const [first, second = 0, third = 0, fourth = 0] = (address ?? '').split('.').map(Number);
    if (first === 10 && second >= 128 && second < 192)
      this.#last = Math.max(this.#last, (second - 128) * 65_536 + third * 256 + fourth);
  }

  next(): string {
    const number = ++this.#last;
    return `10.${128 + (Math.floor(number / 65_536) % 64)}.${Math.floor(number / 256) % 256}.${number % 256}`;
  }
}
