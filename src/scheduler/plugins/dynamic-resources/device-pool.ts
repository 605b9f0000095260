import type { NodeSelector } from '#api/core/v1/affinity.ts';
import type { Node } from '#api/core/v1/node.ts';
import type { CounterSet, Device } from '#api/resource/v1/device.ts';
import type { ResourceSlice } from '#api/resource/v1/resource-slice.ts';
import { matchesTerms } from '../../framework/node-affinity.ts';

/** A device that can be reached from a node. */
export interface PoolDevice {
  /** `driver/pool/device` */
  readonly id: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: Device;
  /** Where the device can be used, as far as its slice or it itself says. */
  readonly nodeName: string | undefined;
  readonly nodeSelector: NodeSelector | undefined;
  /** The pool it is of. */
  readonly from: DevicePool;
}

/** The devices of a pool that can be reached from one node, in the order in which they are tried. */
export interface DevicePool {
  /** `driver/pool/` */
  readonly id: string;
  readonly driver: string;
  readonly name: string;
  /** Its driver has not published all of it yet. */
  readonly isIncomplete: boolean;
  readonly isInvalid: boolean;
  readonly devices: readonly PoolDevice[];
  readonly counterSets: ReadonlyMap<string, CounterSet>;
  /** All devices of the pool that consume counters, wherever they are, by id. */
  readonly consumers: readonly { readonly id: string; readonly device: Device }[];
}

export const deviceId = (driver: string, pool: string, device: string): string => `${driver}/${pool}/${device}`;

/** The slices of one pool that are of its newest generation. */
export interface PoolSlices {
  readonly driver: string;
  readonly name: string;
  readonly slices: readonly ResourceSlice[];
}

/** Parts slices by pool, without those of generations that were replaced. */
export function slicesByPool(slices: readonly ResourceSlice[]): PoolSlices[] {
  const pools = new Map<string, { driver: string; name: string; generation: number; slices: ResourceSlice[] }>();
  for (const slice of slices) {
    const { driver, pool } = slice.spec;
    const generation = Number(pool.generation);
    const key = `${driver}/${pool.name}`;
    const known = pools.get(key);
    if (known === undefined || known.generation < generation) {
      pools.set(key, { driver, name: pool.name, generation, slices: [slice] });
    } else if (known.generation === generation) known.slices.push(slice);
  }
  for (const pool of pools.values()) pool.slices.sort((a, b) => compare(nameOf(a), nameOf(b)));
  return [...pools.values()].sort((a, b) => compare(a.driver, b.driver) || compare(a.name, b.name));
}

/** The pool as a node sees it; undefined when nothing of it is for the node. */
export function poolOn(node: Node, { driver, name, slices }: PoolSlices): DevicePool | undefined {
  const relevant = slices.filter((slice) => (slice.spec.sharedCounters?.length ?? 0) > 0 || reaches(slice, node));
  const [first] = relevant;
  if (first === undefined) return undefined;
  const isIncomplete = slices.length !== Number(first.spec.pool.resourceSliceCount);
  const id = deviceId(driver, name, '');
  const empty = {
    id,
    driver,
    name,
    isIncomplete,
    isInvalid: false,
    devices: [],
    counterSets: new Map(),
    consumers: [],
  };
  if (isIncomplete) return empty;
  const counterSets = counterSetsOf(relevant);
  if (
    counterSets === undefined ||
    hasDuplicates(relevant) ||
    !slices.every((slice) => countersExist(slice, counterSets))
  )
    return { ...empty, isInvalid: true };
  const consumers = slices.flatMap(({ spec }) =>
    (spec.devices ?? [])
      .filter(({ consumesCounters }) => consumesCounters?.length)
      .map((device) => ({ id: deviceId(driver, name, device.name), device })),
  );
  const devices: PoolDevice[] = [];
  const pool = { ...empty, counterSets, devices, consumers };
  for (const slice of relevant) devices.push(...devicesOn(node, slice, pool));
  return pool;
}

/** Pools in which devices have to be prepared before pods can be bound come last. */
export const needsBinding = ({ devices }: DevicePool): boolean =>
  devices.some(({ device }) => device.bindingConditions?.length);

interface Place {
  readonly nodeName?: string | undefined;
  readonly allNodes?: boolean | undefined;
  readonly nodeSelector?: NodeSelector | undefined;
}

function isAt(node: Node, { nodeName, allNodes, nodeSelector }: Place): boolean {
  if (nodeName) return node.metadata?.name === nodeName;
  return allNodes === true || (nodeSelector ? matchesTerms(node, nodeSelector.nodeSelectorTerms) : false);
}

const reaches = ({ spec }: ResourceSlice, node: Node): boolean =>
  spec.nodeName || spec.allNodes || spec.nodeSelector
    ? isAt(node, spec)
    : spec.perDeviceNodeSelection === true && (spec.devices ?? []).some((device) => isAt(node, device));

const devicesOn = (node: Node, { spec }: ResourceSlice, from: DevicePool): PoolDevice[] =>
  (spec.devices ?? [])
    .filter((device) => !spec.perDeviceNodeSelection || isAt(node, device))
    .map((device) => {
      const { nodeName, nodeSelector } = spec.perDeviceNodeSelection ? device : spec;
      const { driver, pool } = spec;
      const id = deviceId(driver, pool.name, device.name);
      return { id, driver, pool: pool.name, device, nodeName, nodeSelector, from };
    });

/** Undefined when two sets have the same name. */
function counterSetsOf(slices: readonly ResourceSlice[]): Map<string, CounterSet> | undefined {
  const sets = new Map<string, CounterSet>();
  for (const { spec } of slices) {
    for (const set of spec.sharedCounters ?? []) {
      if (sets.has(set.name)) return undefined;
      sets.set(set.name, set);
    }
  }
  return sets;
}

function hasDuplicates(slices: readonly ResourceSlice[]): boolean {
  const names = slices.flatMap(({ spec }) => (spec.devices ?? []).map(({ name }) => name));
  return new Set(names).size < names.length;
}

const countersExist = ({ spec }: ResourceSlice, sets: ReadonlyMap<string, CounterSet>): boolean =>
  (spec.devices ?? []).every(({ consumesCounters = [] }) =>
    consumesCounters.every(({ counterSet, counters = {} }) => {
      const known = sets.get(counterSet)?.counters;
      return sets.has(counterSet) && Object.keys(counters).every((name) => known?.[name] !== undefined);
    }),
  );

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const nameOf = ({ metadata }: ResourceSlice): string => metadata?.name ?? '';
