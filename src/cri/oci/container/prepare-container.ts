import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ContainerConfig, CriError } from '../../runtime.ts';
import type { EngineContext } from '../engine-context.ts';
import { describeDevice, listHostDevices } from '../host-facts.ts';
import type { StoredImage } from '../image/image-store.ts';
import type { SandboxRecord } from '../records.ts';
import { namespacePaths, sandboxFiles } from '../sandbox/sandbox-files.ts';
import { buildContainerSpec, containerArgs, type SpecDevice } from '../spec/build-container-spec.ts';
import { resolveUser } from '../spec/process-user.ts';
import { readInRoot } from '../system/read-in-root.ts';
import { createRootfs } from './rootfs.ts';

export interface PrepareRequest {
  readonly id: string;
  readonly sandbox: SandboxRecord;
  readonly config: ContainerConfig;
  readonly image: StoredImage;
  readonly cgroupsPath: string;
}

/** Makes a container's bundle: root file system, config.json, log directory. */
export async function prepareContainer(context: EngineContext, request: PrepareRequest): Promise<void> {
  const { config, image, sandbox } = request;
  if (containerArgs(config, image.config).length === 0) {
    throw new CriError(
      'InvalidArgument',
      'failed to generate container spec: failed to generate spec: no command specified',
    );
  }
  const bundle = context.containers.directory(request.id);
  const rootfs = join(bundle, 'rootfs');
  await mkdir(bundle, { recursive: true, mode: 0o700 });
  const [devices, localSeccomp] = await Promise.all([
    findDevices(config),
    readLocalSeccomp(config),
    createRootfs(bundle, { layersDirectory: context.images.layersDirectory, layers: image.layers }, context.rootfsMode),
    makeHostPaths(config),
    mkdir(dirname(logPathOf(sandbox, config)), { recursive: true, mode: 0o755 }),
  ]);
  const spec = buildContainerSpec({
    config,
    image: image.config,
    user: await userOf(config, { imageUser: image.config.User ?? '', rootfs }),
    rootfs,
    cgroupsPath: request.cgroupsPath,
    hostname: sandbox.config.hostname,
    namespaces: { ...sandbox.config.namespaces, ...config.security?.namespaces },
    namespacePaths: namespacePaths(context.paths, sandbox),
    sandboxFiles: sandboxFiles(context, sandbox),
    devices,
    host: context.host,
    localSeccomp,
  });
  await writeFile(join(bundle, 'config.json'), JSON.stringify(spec), { mode: 0o600 });
}

/** Absolute path of a container's log file. */
export function logPathOf(sandbox: SandboxRecord, config: ContainerConfig): string {
  return resolve(sandbox.config.logDirectory, config.logPath || `${config.metadata.name}.log`);
}

async function userOf(config: ContainerConfig, { imageUser, rootfs }: { imageUser: string; rootfs: string }) {
  const [passwd, group] = await Promise.all([readInRoot(rootfs, '/etc/passwd'), readInRoot(rootfs, '/etc/group')]);
  const { runAsUser, runAsGroup, supplementalGroups } = config.security ?? {};
  return resolveUser({ imageUser, runAsUser, runAsGroup, supplementalGroups, passwd, group });
}

/** As containerd: a host path that does not exist becomes a directory. */
async function makeHostPaths(config: ContainerConfig): Promise<void> {
  await Promise.all(
    config.mounts.map(async ({ hostPath }) => {
      const present = await stat(hostPath).then(
        () => true,
        () => false,
      );
      if (!present) await mkdir(hostPath, { recursive: true, mode: 0o755 });
    }),
  );
}

async function findDevices(config: ContainerConfig): Promise<SpecDevice[]> {
  const asked = await Promise.all(
    (config.devices ?? []).map(async ({ hostPath, containerPath, permissions }) => ({
      device: await describeDevice(hostPath, containerPath),
      access: permissions || 'rwm',
    })),
  );
  if (!config.security?.privileged) return asked;
  const paths = new Set(asked.map(({ device }) => device.path));
  return [...asked, ...(await listHostDevices()).filter(({ device }) => !paths.has(device.path))];
}

async function readLocalSeccomp(config: ContainerConfig): Promise<unknown> {
  const profile = config.security?.seccompProfile;
  if (profile === undefined || typeof profile === 'string') return undefined;
  const text = await readFile(profile.localhostRef, 'utf8').catch((error: Error) => {
    throw new CriError('InvalidArgument', `failed to generate seccomp spec opts: ${error.message}`, { cause: error });
  });
  return JSON.parse(text);
}
