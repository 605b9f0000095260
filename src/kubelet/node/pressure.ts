import { readFile, statfs } from 'node:fs/promises';
import type { Pressure } from './node-conditions.ts';

/** Upstream's thresholds for eviction. */
const MIN_MEMORY_KIB = 100 * 1024;
const MIN_DISK = 0.1;
const MIN_INODES = 0.05;
const MAX_PIDS = 0.95;

/** What the machine reports of itself: `/proc/meminfo`, `/proc/loadavg`, `/proc/sys/kernel/pid_max`, a file system. */
export interface Readings {
  readonly meminfo: string;
  readonly loadavg: string;
  readonly pidMax: string;
  readonly disk: { readonly blocks: number; readonly bavail: number; readonly files: number; readonly ffree: number };
}

export async function readPressure(directory: string): Promise<Pressure> {
  const [meminfo, loadavg, pidMax, disk] = await Promise.all([
    readFile('/proc/meminfo', 'utf8'),
    readFile('/proc/loadavg', 'utf8'),
    readFile('/proc/sys/kernel/pid_max', 'utf8'),
    statfs(directory),
  ]);
  return pressureOf({ meminfo, loadavg, pidMax, disk });
}

/** What the machine is short of. */
export function pressureOf({ meminfo, loadavg, pidMax, disk }: Readings): Pressure {
  const available = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? Number.POSITIVE_INFINITY);
  const threads = Number(/\/(\d+)/.exec(loadavg)?.[1] ?? 0);
  const hasInodes = disk.files > 0;
  return {
    memory: available < MIN_MEMORY_KIB,
    disk: disk.bavail < disk.blocks * MIN_DISK || (hasInodes && disk.ffree < disk.files * MIN_INODES),
    pid: threads > Number(pidMax) * MAX_PIDS,
  };
}
