import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CriError } from '../runtime.ts';
import type { HostLimits, SpecDevice } from './spec/build-container-spec.ts';
import { parseCapabilityMask } from './spec/capabilities.ts';
import { isErrno } from './system/atomic-file.ts';

/** What this process may give to containers. */
export async function readHostLimits(architecture: string): Promise<HostLimits> {
  const status = await readFile('/proc/self/status', 'utf8');
  const own = Number(await readFile('/proc/self/oom_score_adj', 'utf8'));
  const effective = parseCapabilityMask(status, 'CapEff');
  return {
    capabilities: parseCapabilityMask(status, 'CapBnd'),
    minimumOomScoreAdj: effective.has('CAP_SYS_RESOURCE') ? -1000 : own,
    architecture,
  };
}

/** Every device node below /dev, for privileged containers; terminals and shared memory are a container's own. */
export async function listHostDevices(directory = '/dev'): Promise<SpecDevice[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const skipped = new Set(['pts', 'shm', 'fd', 'mqueue', 'console', '.lxc', '.lxd-mounts', '.udev']);
  const found = await Promise.all(
    entries
      .filter(({ name }) => !skipped.has(name))
      .map(async (entry) => {
        const path = join(directory, entry.name);
        if (entry.isDirectory()) return listHostDevices(path);
        if (!entry.isCharacterDevice() && !entry.isBlockDevice()) return [];
        const device = await describeDevice(path, path).catch((error) => {
          if (isErrno(error, 'ENOENT')) return undefined;
          throw error;
        });
        return device === undefined ? [] : [{ device, access: 'rwm' }];
      }),
  );
  return found.flat();
}

/** Describes a device node under the path it has in the container. Rejects when it is no device. */
export async function describeDevice(hostPath: string, containerPath: string): Promise<SpecDevice['device']> {
  const { mode, rdev, uid, gid } = await stat(hostPath);
  const type = (mode & 0o170000) === 0o020000 ? 'c' : (mode & 0o170000) === 0o060000 ? 'b' : undefined;
  if (type === undefined) throw new CriError('InvalidArgument', `not a device node: ${hostPath}`);
  // The kernel's encoding of device numbers for user space.
  const major = ((rdev >>> 8) & 0xfff) | (Math.floor(rdev / 2 ** 32) & ~0xfff);
  const minor = (rdev & 0xff) | ((rdev >>> 12) & 0xfff00);
  return { path: containerPath, type, major, minor, fileMode: mode & 0o7777, uid, gid };
}
