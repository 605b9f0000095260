import type { DeviceTaint } from '#api/resource/v1/device-selector.ts';
import type { DeviceRequestAllocationResult } from '#api/resource/v1/resource-claim-status.ts';
import { type ResourceSlice, ResourceSlices } from '#api/resource/v1/resource-slice.ts';
import { type DeviceTaintRule, selectsDevice } from '#api/resource/v1beta2/device-taint-rule.ts';
import type { Informer } from '#client/informer.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import type { TracedTaint } from './eviction-time.ts';

const BY_POOL = 'pool';

/** The devices that drivers publish, with the taints that these and rules give them. */
export class DeviceTaints {
  readonly #slices: Informer<ResourceSlice>;

  constructor(informers: InformerFactory) {
    this.#slices = informers.of(ResourceSlices).addIndex(BY_POOL, ({ spec }) => [poolOf(spec.driver, spec.pool.name)]);
  }

  of(result: DeviceRequestAllocationResult, rules: readonly DeviceTaintRule[]): readonly TracedTaint[] {
    const published = this.#publishedOf(result).map((taint) => ({ taint }));
    const ruled = rules.filter((rule) => selectsDevice(rule, result)).map(traced);
    return [...published, ...ruled];
  }

  /** How many devices of which drivers still tell a rule picks. */
  countOf(rule: DeviceTaintRule): number {
    const pools = new Set(this.#slices.store.list().map(({ spec }) => poolOf(spec.driver, spec.pool.name)));
    let count = 0;
    for (const pool of pools) {
      for (const { spec } of this.#newestOf(pool)) {
        const place = { driver: spec.driver, pool: spec.pool.name };
        count += (spec.devices ?? []).filter(({ name }) => selectsDevice(rule, { ...place, device: name })).length;
      }
    }
    return count;
  }

  #publishedOf({ driver, pool, device }: DeviceRequestAllocationResult): readonly DeviceTaint[] {
    const devices = this.#newestOf(poolOf(driver, pool)).flatMap(({ spec }) => spec.devices ?? []);
    return devices.find(({ name }) => name === device)?.taints ?? [];
  }

  /** A pool's devices are those of its newest generation. */
  #newestOf(pool: string): readonly ResourceSlice[] {
    const slices = this.#slices.store.byIndex(BY_POOL, pool);
    const newest = Math.max(...slices.map(({ spec }) => spec.pool.generation));
    return slices.filter(({ spec }) => spec.pool.generation === newest);
  }
}

const traced = ({ metadata, spec }: DeviceTaintRule): TracedTaint => ({
  taint: spec.taint as DeviceTaint,
  rule: metadata?.uid ?? '',
});

/** A pool's key among those of all drivers. */
export const poolOf = (driver: string, pool: string): string => `${driver}/${pool}`;
