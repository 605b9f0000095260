import { type ResourceSlice, ResourceSlices } from '#api/resource/v1/resource-slice.ts';
import { type DeviceTaintRule, DeviceTaintRules } from '#api/resource/v1beta2/device-taint-rule.ts';
import type { ObjectStore } from '#client/object-store.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import type { DeviceLedger } from './device-ledger.ts';
import {
  type DevicePool,
  needsBinding,
  type PoolDevice,
  type PoolSlices,
  poolOn,
  slicesByPool,
} from './device-pool.ts';
import { withTaints } from './device-tolerations.ts';

/** The devices that can be reached from a node. */
export interface ReachableDevices {
  readonly pools: readonly DevicePool[];
  /** Those that may be allocated, in the order in which they are tried. */
  readonly devices: readonly PoolDevice[];
}

interface Known extends ReachableDevices {
  readonly version: number;
  readonly node: NodeInfo['node'];
  /** The version of what is taken of each pool, when `free` was worked out. */
  taken: readonly number[];
  free: readonly PoolDevice[];
}

/** The pools of devices that can be reached from each node, as long as neither slices nor the node change. */
export class DevicePools {
  readonly #ledger: DeviceLedger;
  readonly #slices;
  /** Undefined where rules have no effect. */
  readonly #rules: ObjectStore<DeviceTaintRule> | undefined;
  readonly #byNode = new WeakMap<NodeInfo, Known>();
  #version = 0;
  #sorted:
    | { readonly version: number; readonly local: Map<string, PoolSlices[]>; readonly wide: PoolSlices[] }
    | undefined;

  constructor({ informers, featureGates }: Pick<PluginContext, 'informers' | 'featureGates'>, ledger: DeviceLedger) {
    this.#ledger = ledger;
    const slices = informers.of(ResourceSlices);
    this.#slices = slices.store;
    const changed = () => void this.#version++;
    slices.addHandler({ added: changed, updated: changed, deleted: changed });
    if (!featureGates?.has('DRADeviceTaintRules')) return;
    const rules = informers.of(DeviceTaintRules);
    this.#rules = rules.store;
    rules.addHandler({ added: changed, updated: changed, deleted: changed });
  }

  /** The devices of a node that nobody has as a whole. */
  freeOn(info: NodeInfo): readonly PoolDevice[] {
    const known = this.#of(info);
    const { pools, taken } = known;
    if (taken.length !== pools.length || pools.some((pool, index) => this.#ledger.versionOf(pool) !== taken[index])) {
      known.taken = pools.map((pool) => this.#ledger.versionOf(pool));
      known.free = known.devices.filter(({ id }) => !this.#ledger.isTaken(id));
    }
    return known.free;
  }

  of(info: NodeInfo): ReachableDevices {
    return this.#of(info);
  }

  #of(info: NodeInfo): Known {
    const known = this.#byNode.get(info);
    if (known?.version === this.#version && known.node === info.node) return known;
    const { local, wide } = this.#sort();
    const pools = [...(local.get(info.name) ?? []), ...wide].flatMap((pool) => poolOn(info.node, pool) ?? []);
    pools.sort((a, b) => compare(a.driver, b.driver) || compare(a.name, b.name));
    const ordered = [...pools.filter((pool) => !needsBinding(pool)), ...pools.filter(needsBinding)];
    const usable = ordered.filter(({ isIncomplete, isInvalid }) => !isIncomplete && !isInvalid);
    const devices = usable.flatMap((pool) => pool.devices);
    const found = { version: this.#version, node: info.node, pools: ordered, devices, taken: [], free: [] };
    this.#byNode.set(info, found);
    return found;
  }

  /** Pools of single nodes by the node's name, and the others. */
  #sort() {
    if (this.#sorted?.version === this.#version) return this.#sorted;
    const local = new Map<string, PoolSlices[]>();
    const wide: PoolSlices[] = [];
    const rules = this.#rules?.list() ?? [];
    const slices = this.#slices.list();
    for (const pool of slicesByPool(rules.length > 0 ? slices.map((slice) => withTaints(slice, rules)) : slices)) {
      const node = onlyNode(pool.slices);
      if (node === undefined) wide.push(pool);
      else if (local.has(node)) local.get(node)?.push(pool);
      else local.set(node, [pool]);
    }
    this.#sorted = { version: this.#version, local, wide };
    return this.#sorted;
  }
}

function onlyNode(slices: readonly ResourceSlice[]): string | undefined {
  const name = slices[0]?.spec.nodeName;
  return name && slices.every(({ spec }) => spec.nodeName === name) ? name : undefined;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
