import type { MachineInfo } from './machine-info.ts';

const MEMORY_RESERVE_BYTES = 100 * 1024 * 1024;
const DISK_RESERVE = 0.1;

export interface NodeResources {
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
}

/** What a node has and what of it pods may ask for; `overrides` replaces amounts of both. */
export function nodeResources(
  machine: MachineInfo,
  { maxPods, overrides = {} }: { readonly maxPods: number; readonly overrides?: Readonly<Record<string, string>> },
): NodeResources {
  const hugePages = Object.fromEntries(
    Object.entries(machine.hugePages).map(([size, bytes]) => [`hugepages-${pageSize(Number(size))}`, kibi(bytes)]),
  );
  const shared = { cpu: String(machine.cpus), ...hugePages, pods: String(maxPods) };
  const capacity = {
    ...shared,
    memory: kibi(machine.memoryBytes),
    'ephemeral-storage': kibi(machine.diskBytes),
    ...overrides,
  };
  const allocatable = {
    ...shared,
    memory: kibi(machine.memoryBytes - MEMORY_RESERVE_BYTES),
    'ephemeral-storage': String(Math.floor(machine.diskBytes * (1 - DISK_RESERVE))),
    ...overrides,
  };
  return { capacity, allocatable };
}

const kibi = (bytes: number): string => (bytes === 0 ? '0' : `${Math.floor(bytes / 1024)}Ki`);

const pageSize = (kibibytes: number): string =>
  kibibytes % (1024 * 1024) === 0
    ? `${kibibytes / 1024 / 1024}Gi`
    : kibibytes % 1024 === 0
      ? `${kibibytes / 1024}Mi`
      : `${kibibytes}Ki`;
