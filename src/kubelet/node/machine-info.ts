import { readFile, statfs } from 'node:fs/promises';
import { arch, availableParallelism, cpus, release, totalmem } from 'node:os';
import type { NodeSystemInfo } from '#api/core/v1/node-status.ts';

/** What the machine has. */
export interface MachineInfo {
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Of the file system that holds the kubelet's directory. */
  readonly diskBytes: number;
  /** Bytes by page size in KiB. */
  readonly hugePages: Readonly<Record<string, number>>;
  readonly system: Pick<
    NodeSystemInfo,
    'machineID' | 'systemUUID' | 'bootID' | 'kernelVersion' | 'osImage' | 'operatingSystem' | 'architecture'
  >;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm', ia32: '386' };

/** Kubernetes' name of the machine's architecture. */
export const architecture = (): string => ARCHITECTURES[arch()] ?? arch();

const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => '',
  );

export async function readMachineInfo(directory: string): Promise<MachineInfo> {
  const [machineID, systemUUID, bootID, osRelease, disk, memory] = await Promise.all([
    readText('/etc/machine-id'),
    readText('/sys/class/dmi/id/product_uuid'),
    readText('/proc/sys/kernel/random/boot_id'),
    readText('/etc/os-release'),
    statfs(directory),
    readText('/proc/meminfo'),
  ]);
  return {
    cpus: availableParallelism() || cpus().length,
    memoryBytes: totalmem(),
    diskBytes: disk.blocks * disk.bsize,
    hugePages: parseHugePages(memory),
    system: {
      machineID,
      systemUUID: systemUUID || machineID,
      bootID,
      kernelVersion: release(),
      osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease)?.[1] ?? 'Linux',
      operatingSystem: 'linux',
      architecture: architecture(),
    },
  };
}

function parseHugePages(meminfo: string): Record<string, number> {
  const total = Number(/^HugePages_Total:\s+(\d+)$/m.exec(meminfo)?.[1] ?? 0);
  const size = Number(/^Hugepagesize:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? 0);
  return size > 0 ? { [size]: total * size * 1024 } : {};
}
