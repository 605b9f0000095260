import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CriError, type PodSandboxConfig } from '../../runtime.ts';
import { runChecked, runCommand } from '../system/run-command.ts';

const NSFS_MAGIC = 0x6e736673;

/** Files in a sandbox's namespace directory. Absent kinds are the host's. */
export type PinnedNamespace = 'net' | 'ipc' | 'uts';

/** Which namespaces a sandbox has of its own. The host name stays the machine's with the host's network. */
export function pinnedNamespaces({ namespaces }: Pick<PodSandboxConfig, 'namespaces'>): PinnedNamespace[] {
  const network: PinnedNamespace[] = namespaces.network === 'NODE' ? [] : ['net', 'uts'];
  return namespaces.ipc === 'NODE' ? network : [...network, 'ipc'];
}

/**
 * Makes a sandbox's namespaces, held by bind mounts instead of a process, so that they survive everything but a restart
 * of the machine; sets host name and sysctls in them; mounts the shared `/dev/shm`.
 */
export async function createNamespaces(directory: string, config: PodSandboxConfig): Promise<void> {
  const kinds = pinnedNamespaces(config);
  const sharesHostShm = config.namespaces.ipc === 'NODE';
  await mkdir(join(directory, 'shm'), { recursive: true, mode: 0o700 });
  await Promise.all(kinds.map((kind) => writeFile(join(directory, kind), '')));
  if (kinds.length === 0 && sharesHostShm) return;
  const flags = kinds.map((kind) => `--${kind}=${quote(join(directory, kind))}`).join(' ');
  const script = [
    'set -e',
    ...(sharesHostShm
      ? []
      : [`mount -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=64m shm ${quote(join(directory, 'shm'))}`]),
    ...(kinds.length === 0 ? [] : [`exec unshare ${flags} sh -c ${quote(insideScript(config))}`]),
  ].join('\n');
  try {
    await runChecked('sh', ['-c', script]);
  } catch (error) {
    await removeNamespaces([directory]);
    throw new CriError('Unknown', `failed to create sandbox namespaces: ${(error as Error).message}`, { cause: error });
  }
}

/** Runs in the new namespaces: /proc/sys shows each process its own. */
function insideScript(config: PodSandboxConfig): string {
  const hostname = config.namespaces.network === 'NODE' ? [] : [['kernel.hostname', config.hostname] as const];
  const settings = [...hostname, ...defaultSysctls(config), ...Object.entries(config.sysctls ?? {})];
  return ['set -e', ...settings.map(([key, value]) => `printf %s ${quote(value)} > ${quote(sysctlPath(key))}`)].join(
    '\n',
  );
}

/** As containerd with its defaults: a pod may listen on ports below 1024 and ping without capabilities. */
function defaultSysctls(config: PodSandboxConfig): (readonly [string, string])[] {
  if (config.namespaces.network === 'NODE') return [];
  return [
    ['net.ipv4.ip_unprivileged_port_start', '0'],
    ['net.ipv4.ping_group_range', '0 2147483647'],
  ];
}

/** Dots separate, except that a name written with slashes keeps its dots (`net/ipv4/conf/eth0.1/…`). */
export function sysctlPath(key: string): string {
  const firstSeparator = /[./]/.exec(key)?.[0];
  return `/proc/sys/${firstSeparator === '/' ? key : key.replaceAll('.', '/')}`;
}

/** Whether the namespace files still hold namespaces: not so after a restart of the machine. */
export async function namespacesExist(directory: string, kinds: readonly PinnedNamespace[]): Promise<boolean> {
  const types = await Promise.all(
    kinds.map((kind) =>
      statfs(join(directory, kind)).then(
        ({ type }) => type === NSFS_MAGIC,
        () => false,
      ),
    ),
  );
  return types.every(Boolean);
}

/** Lets go of sandboxes' namespaces and shared memory, and removes the directories. Harmless when they are gone. */
export async function removeNamespaces(directories: readonly string[]): Promise<void> {
  const mounts = directories.flatMap((directory) => ['net', 'ipc', 'uts', 'shm'].map((name) => join(directory, name)));
  await runCommand('umount', ['-l', '-q', ...mounts]);
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
