import { access, mkdir, readdir, readFile, rmdir, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LinuxContainerResources } from '../../runtime.ts';
import { isErrno, readTextFile } from '../system/atomic-file.ts';

/** `unified` is v2; `hybrid` is v1 controllers beside an empty v2 hierarchy in `unified/`. */
export type CgroupMode = 'legacy' | 'hybrid' | 'unified';

const ROOT = '/sys/fs/cgroup';
const CGROUP2_MAGIC = 0x63677270;
const CONTROLLERS = ['cpu', 'cpuacct', 'cpuset', 'memory', 'pids', 'devices', 'freezer', 'blkio', 'systemd'];

export async function detectCgroupMode(): Promise<CgroupMode> {
  const isV2 = (path: string) =>
    statfs(path).then(
      ({ type }) => type === CGROUP2_MAGIC,
      () => false,
    );
  if (await isV2(ROOT)) return 'unified';
  return (await isV2(join(ROOT, 'unified'))) ? 'hybrid' : 'legacy';
}

/** Reads, limits and removes control groups by their path below each hierarchy, such as `/kubepods/pod1/abc`. */
export class CgroupTree {
  readonly mode: CgroupMode;

  constructor(mode: CgroupMode) {
    this.mode = mode;
  }

  /** The directory that holds a controller's files for a group. */
  directory(controller: string, path: string): string {
    return this.mode === 'unified' ? join(ROOT, path) : join(ROOT, controller, path);
  }

  /** Creates a group and applies limits to it; a limit of an absent controller is left out. */
  async limit(path: string, resources: LinuxContainerResources): Promise<void> {
    const settings = this.mode === 'unified' ? unifiedSettings(resources) : legacySettings(resources);
    if (this.mode === 'unified') await this.#delegate(path);
    for (const { controller, file, value } of settings) {
      const directory = this.directory(controller, path);
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, file), value).catch((error) => {
        if (!isErrno(error, 'ENOENT', 'EACCES')) throw error;
      });
    }
  }

  /** v2 hands controllers down one level at a time. */
  async #delegate(path: string): Promise<void> {
    await mkdir(join(ROOT, path), { recursive: true });
    let directory = ROOT;
    for (const component of path.split('/').filter(Boolean)) {
      const available = (await readTextFile(join(directory, 'cgroup.controllers'))) ?? '';
      for (const controller of available.trim().split(' ').filter(Boolean)) {
        // A group with processes of its own cannot hand down; the limit is then missing, as upstream's would be.
        await writeFile(join(directory, 'cgroup.subtree_control'), `+${controller}`).catch(() => {});
      }
      directory = join(directory, component);
    }
  }

  /** Every process in the group and below. */
  async processes(path: string): Promise<number[]> {
    const top = this.directory(this.mode === 'unified' ? '' : 'pids', path);
    return (await Promise.all((await descendants(top)).map(processesOf))).flat();
  }

  /** Removes the group and empty groups below it; groups that still hold processes stay. */
  async remove(path: string): Promise<void> {
    await Promise.all(this.#directories(path).map(removeTree));
  }

  /** Removes the groups above a group, bottom first, as far as nothing is left in them. */
  async removeEmptyParents(path: string): Promise<void> {
    for (let parent = dirname(path); parent !== '/'; parent = dirname(parent)) {
      await Promise.all(this.#directories(parent).map(removeEmpty));
    }
  }

  #directories(path: string): string[] {
    if (this.mode === 'unified') return [join(ROOT, path)];
    const controllers = this.mode === 'hybrid' ? [...CONTROLLERS, 'unified'] : CONTROLLERS;
    return controllers.map((controller) => join(ROOT, controller, path));
  }

  /** How often the kernel killed for memory in the group; 0 when the group is gone. */
  async outOfMemoryKills(path: string): Promise<number> {
    const file = this.mode === 'unified' ? 'memory.events' : 'memory.oom_control';
    const text = await readTextFile(join(this.directory('memory', path), file));
    return keyed(text ?? '').get('oom_kill') ?? 0;
  }

  /** Usage now; zeros for what is not there. */
  async usage(
    path: string,
  ): Promise<{ cpuUsageNanoseconds: number; memoryWorkingSetBytes: number; memoryRssBytes: number }> {
    const read = async (controller: string, file: string) =>
      (await readTextFile(join(this.directory(controller, path), file))) ?? '';
    const unified = this.mode === 'unified';
    const [cpu, memory, statistics] = await Promise.all([
      unified ? read('cpu', 'cpu.stat') : read('cpuacct', 'cpuacct.usage'),
      read('memory', unified ? 'memory.current' : 'memory.usage_in_bytes'),
      read('memory', 'memory.stat'),
    ]);
    const stat = keyed(statistics);
    const inactive = stat.get(unified ? 'inactive_file' : 'total_inactive_file') ?? 0;
    return {
      cpuUsageNanoseconds: unified ? (keyed(cpu).get('usage_usec') ?? 0) * 1000 : Number(cpu),
      memoryWorkingSetBytes: Math.max(0, Number(memory) - inactive),
      memoryRssBytes: stat.get(unified ? 'anon' : 'total_rss') ?? 0,
    };
  }
}

interface Setting {
  readonly controller: string;
  readonly file: string;
  readonly value: string;
}

/** Files of cgroup v1 for a set of limits. */
export function legacySettings(resources: LinuxContainerResources): Setting[] {
  const { cpuShares, cpuQuota, cpuPeriod, memoryLimitInBytes, pidsLimit } = resources;
  return [
    ...setting('cpu', 'cpu.shares', cpuShares),
    ...setting('cpu', 'cpu.cfs_period_us', cpuPeriod),
    ...setting('cpu', 'cpu.cfs_quota_us', cpuQuota),
    ...setting('memory', 'memory.limit_in_bytes', memoryLimitInBytes),
    ...setting('pids', 'pids.max', pidsLimit),
  ];
}

/** Files of cgroup v2 for a set of limits. Shares 2…262144 become weight 1…10000, as runc converts them. */
export function unifiedSettings(resources: LinuxContainerResources): Setting[] {
  const { cpuShares, cpuQuota, cpuPeriod, memoryLimitInBytes, pidsLimit } = resources;
  const weight = cpuShares && 1 + Math.floor(((cpuShares - 2) * 9999) / 262142);
  const quota = cpuQuota && cpuQuota > 0 ? `${cpuQuota} ${cpuPeriod || 100_000}` : undefined;
  return [
    ...setting('cpu', 'cpu.weight', weight),
    ...setting('cpu', 'cpu.max', quota),
    ...setting('memory', 'memory.max', memoryLimitInBytes),
    ...setting('pids', 'pids.max', pidsLimit),
  ];
}

function setting(controller: string, file: string, value: string | number | undefined): Setting[] {
  return value ? [{ controller, file, value: String(value) }] : [];
}

/** Reads `key value` lines. */
function keyed(text: string): Map<string, number> {
  return new Map(
    text.split('\n').map((line) => {
      const [key = '', value] = line.split(' ');
      return [key, Number(value)];
    }),
  );
}

async function descendants(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map(({ name }) => descendants(join(directory, name))),
  );
  return [directory, ...below.flat()];
}

async function processesOf(directory: string): Promise<number[]> {
  const text = await readFile(join(directory, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

async function removeTree(directory: string): Promise<void> {
  if (
    !(await access(directory).then(
      () => true,
      () => false,
    ))
  )
    return;
  for (const group of (await descendants(directory)).toReversed()) await removeEmpty(group);
}

async function removeEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch((error) => {
    if (!isErrno(error, 'ENOENT', 'EBUSY', 'ENOTEMPTY')) throw error;
  });
}
