import { chmod, lstat, mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VolumeMount } from '#api/core/v1/container.ts';
import type { Mount } from '#cri/runtime.ts';
import { propagationOf } from '../container/container-config.ts';
import { configError } from '../container/container-error.ts';
import { expandReferences } from '../container/expand.ts';
import type { EnvEntry } from '../container/service-env.ts';
import type { AnyContainer } from '../pod-parts.ts';
import type { MountedVolume } from './volume-manager.ts';

export interface ContainerMountsInput {
  readonly volumes: ReadonlyMap<string, MountedVolume>;
  readonly env: readonly EnvEntry[];
  /** The pod's hosts file; mounted unless the container mounts its own. Undefined where it is not managed. */
  readonly etcHosts: string | undefined;
  /** A directory for files of this container. */
  readonly containerDirectory: string;
  readonly attempt: number;
}

/** Everything that is mounted into a container. Rejects with `ContainerError` when a volume or sub path is unusable. */
export async function containerMounts(container: AnyContainer, input: ContainerMountsInput): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const mount of container.volumeMounts ?? []) mounts.push(await volumeMount(mount, input));
  const targets = new Set(mounts.map(({ containerPath }) => containerPath));
  if (input.etcHosts && !targets.has('/etc/hosts')) {
    mounts.push({ containerPath: '/etc/hosts', hostPath: input.etcHosts, readonly: false });
  }
  const path = container.terminationMessagePath ?? '/dev/termination-log';
  if (path !== '' && !targets.has(path)) {
    mounts.push({ containerPath: path, hostPath: await terminationLog(input), readonly: false });
  }
  return mounts;
}

async function terminationLog({ containerDirectory, attempt }: ContainerMountsInput): Promise<string> {
  await mkdir(containerDirectory, { recursive: true });
  const file = join(containerDirectory, `termination-log-${attempt}`);
  await rm(file, { force: true });
  await writeFile(file, '');
  await chmod(file, 0o666);
  return file;
}

async function volumeMount(mount: VolumeMount, { volumes, env }: ContainerMountsInput): Promise<Mount> {
  const volume = volumes.get(mount.name);
  if (volume === undefined) {
    throw configError(`cannot find volume "${mount.name}" to mount into container`);
  }
  const values = new Map(env.map(({ key, value }) => [key, value]));
  const subPath = mount.subPathExpr ? expandSubPath(mount.subPathExpr, values) : mount.subPath;
  const hostPath = subPath ? await resolveSubPath(volume.hostPath, subPath, volume.readOnly) : volume.hostPath;
  const containerPath = mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`;
  return {
    containerPath,
    hostPath,
    readonly: (mount.readOnly ?? false) || volume.readOnly,
    propagation: propagationOf(mount),
  };
}

function expandSubPath(expression: string, values: ReadonlyMap<string, string>): string {
  let missing: string | undefined;
  const path = expandReferences(expression, (name) => {
    if (!values.has(name)) missing = name;
    return values.get(name);
  });
  if (missing !== undefined) throw configError(`missing value for "${missing}"`);
  if (path.startsWith('/') || path.split('/').includes('..')) {
    throw configError(`subPath "${path}" must not be absolute nor contain '..'`);
  }
  return path;
}

/** The real place of a sub path, made when it is not there; refused when it leaves the volume. */
async function resolveSubPath(volume: string, subPath: string, readOnly: boolean): Promise<string> {
  const path = join(volume, subPath);
  const exists = await lstat(path).then(
    () => true,
    () => false,
  );
  const root = await realpath(volume);
  if (!exists && !readOnly) {
    await makeBelow(root, subPath);
  }
  const target = await realpath(path).catch((error: Error) => {
    throw configError(`failed to prepare subPath for volumeMount: ${error.message}`);
  });
  if (target !== root && !target.startsWith(`${root}/`)) {
    throw configError(`failed to prepare subPath for volumeMount: ${subPath} is outside of the volume`);
  }
  return target;
}

/** Makes a directory step by step, never through a link that leads out of the volume. */
async function makeBelow(root: string, subPath: string): Promise<void> {
  const mode = (await stat(root)).mode & 0o7777;
  let path = root;
  for (const segment of subPath.split('/').filter((each) => each !== '' && each !== '.')) {
    path = join(path, segment);
    await mkdir(path).then(
      // Directories that are made get the volume's own mode.
      () => chmod(path, mode),
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
    path = await realpath(path);
    if (!path.startsWith(`${root}/`)) {
      throw configError(`failed to prepare subPath for volumeMount: ${subPath} is outside of the volume`);
    }
  }
}
