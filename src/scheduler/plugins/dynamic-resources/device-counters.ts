import type { Device } from '#api/resource/v1/device.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { Quantity } from '#machinery/quantity/quantity.ts';
import type { DevicePool } from './device-pool.ts';

/** What is left of the counters of pools, on which devices draw that are parts of others. */
export class DeviceCounters {
  readonly #isUsed: (id: string) => boolean;
  readonly #left = new Map<DevicePool, Map<string, Quantity>>();

  constructor(isUsed: (id: string) => boolean) {
    this.#isUsed = isUsed;
  }

  /** Takes what a device draws, if that much is left. */
  take(pool: DevicePool, device: Device): boolean {
    const left = this.#of(pool);
    this.#draw(left, device, -1);
    // Nothing is given away from a pool that is overdrawn already.
    for (const amount of left.values()) {
      if (amount.sign >= 0) continue;
      this.#draw(left, device, 1);
      return false;
    }
    return true;
  }

  giveBack(pool: DevicePool, device: Device): void {
    this.#draw(this.#of(pool), device, 1);
  }

  #of(pool: DevicePool): Map<string, Quantity> {
    let left = this.#left.get(pool);
    if (left === undefined) {
      left = new Map();
      for (const [set, { counters = {} }] of pool.counterSets) {
        for (const [name, { value }] of Object.entries(counters)) left.set(`${set}/${name}`, parseQuantity(value));
      }
      for (const { id, device } of pool.consumers) if (this.#isUsed(id)) this.#draw(left, device, -1);
      this.#left.set(pool, left);
    }
    return left;
  }

  #draw(left: Map<string, Quantity>, { consumesCounters = [] }: Device, sign: 1 | -1): void {
    for (const { counterSet, counters = {} } of consumesCounters) {
      for (const [name, { value }] of Object.entries(counters)) {
        const key = `${counterSet}/${name}`;
        const amount = left.get(key) ?? Quantity.of(0);
        left.set(key, sign > 0 ? amount.add(parseQuantity(value)) : amount.sub(parseQuantity(value)));
      }
    }
  }
}
