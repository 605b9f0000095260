import { trimEnd } from '#base/trim.ts';
import type { ContainerConfig, LinuxContainerResources, Mount, NamespaceOptions } from '../../runtime.ts';
import type { ImageConfig } from '../image/image-config.ts';
import { containerCapabilities } from './capabilities.ts';
import type { OciDevice, OciMount, OciProcess, OciResources, OciSpec, OciUser } from './oci-types.ts';
import { defaultSeccompProfile } from './seccomp-profile.ts';

/** Everything a container's config.json follows from. */
export interface SpecInput {
  readonly config: ContainerConfig;
  readonly image: ImageConfig;
  readonly user: OciUser & { readonly home: string };
  readonly rootfs: string;
  /** Absolute path below each cgroup hierarchy. */
  readonly cgroupsPath: string;
  readonly hostname: string;
  readonly namespaces: NamespaceOptions;
  /** Files that hold the sandbox's namespaces; absent ones are the host's. */
  readonly namespacePaths: Readonly<Partial<Record<'network' | 'ipc' | 'uts' | 'pid', string>>>;
  /** The sandbox's files, bind-mounted unless the configuration mounts something there. */
  readonly sandboxFiles: {
    readonly shm: string;
    readonly resolvConf: string;
    readonly hostname: string;
    readonly hosts: string;
  };
  readonly devices: readonly SpecDevice[];
  readonly host: HostLimits;
  /** A `Localhost` seccomp profile's content. */
  readonly localSeccomp?: unknown;
}

/** A device node and what the container may do with it: letters of `rwm`. */
export interface SpecDevice {
  readonly device: OciDevice;
  readonly access: string;
}

/** What this machine lets a container have. */
export interface HostLimits {
  readonly capabilities: ReadonlySet<string>;
  /** The lowest oom_score_adj that may be set; -1000 with CAP_SYS_RESOURCE. */
  readonly minimumOomScoreAdj: number;
  readonly architecture: string;
}

const MASKED_PATHS = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** Builds a container's OCI configuration. Pure. */
export function buildContainerSpec(input: SpecInput): OciSpec {
  const security = input.config.security ?? {};
  const privileged = security.privileged ?? false;
  const process = buildProcess(input);
  return {
    ociVersion: '1.0.2',
    process,
    root: { path: input.rootfs, readonly: security.readonlyRootfs ?? false },
    mounts: buildMounts(input),
    annotations: input.config.annotations,
    linux: {
      namespaces: buildNamespaces(input),
      cgroupsPath: input.cgroupsPath,
      resources: {
        devices: deviceRules(input.devices, privileged),
        ...toOciResources(input.config.resources ?? {}),
      },
      ...(input.devices.length > 0 && { devices: input.devices.map(({ device }) => device) }),
      ...buildSeccomp(input, process.capabilities.bounding),
      maskedPaths: privileged ? [] : (security.maskedPaths ?? MASKED_PATHS),
      readonlyPaths: privileged ? [] : (security.readonlyPaths ?? READONLY_PATHS),
      ...rootPropagation(input.config.mounts),
    },
  };
}

/** Kubernetes' rule: `command` replaces entrypoint and cmd, `args` alone replaces cmd. */
export function containerArgs(config: Pick<ContainerConfig, 'command' | 'args'>, image: ImageConfig): string[] {
  const command = config.command?.length ? config.command : undefined;
  const args = config.args?.length ? config.args : undefined;
  if (command !== undefined) return [...command, ...(args ?? [])];
  return [...(image.Entrypoint ?? []), ...(args ?? image.Cmd ?? [])];
}

function buildProcess(input: SpecInput): OciProcess {
  const { config, image } = input;
  const security = config.security ?? {};
  const capabilities = containerCapabilities(
    { ...security.capabilities, privileged: security.privileged ?? false },
    input.host.capabilities,
  );
  const oomScoreAdj = config.resources?.oomScoreAdj;
  const { uid, gid, additionalGids } = input.user;
  return {
    terminal: config.tty,
    user: { uid, gid, additionalGids },
    args: containerArgs(config, image),
    env: buildEnvironment(input),
    cwd: config.workingDir || image.WorkingDir || '/',
    capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    noNewPrivileges: security.noNewPrivileges ?? false,
    ...(oomScoreAdj !== undefined && { oomScoreAdj: Math.max(oomScoreAdj, input.host.minimumOomScoreAdj) }),
  };
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Later sources win; the order of first appearance stays. */
function buildEnvironment({ config, image, hostname, user }: SpecInput): string[] {
  const environment = new Map<string, string>([['PATH', DEFAULT_PATH]]);
  if (config.tty) environment.set('TERM', 'xterm');
  environment.set('HOSTNAME', hostname);
  for (const pair of image.Env ?? []) {
    const equals = pair.indexOf('=');
    if (equals > 0) environment.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  for (const { key, value } of config.envs) environment.set(key, value);
  if (!environment.has('HOME')) environment.set('HOME', user.home);
  return [...environment].map(([key, value]) => `${key}=${value}`);
}

function buildNamespaces({ namespaces, namespacePaths }: SpecInput): { type: string; path?: string }[] {
  const joined = (type: string, path: string | undefined) => (path === undefined ? [] : [{ type, path }]);
  const pid = namespaces.pid === 'CONTAINER' ? [{ type: 'pid' }] : joined('pid', namespacePaths.pid);
  return [
    { type: 'mount' },
    ...pid,
    ...joined('network', namespacePaths.network),
    ...joined('ipc', namespacePaths.ipc),
    ...joined('uts', namespacePaths.uts),
  ];
}

function buildMounts(input: SpecInput): OciMount[] {
  const { config, sandboxFiles } = input;
  const wanted = new Set(config.mounts.map(({ containerPath }) => trimSlash(containerPath)));
  const files: [string, string][] = [
    ['/dev/shm', sandboxFiles.shm],
    ['/etc/resolv.conf', sandboxFiles.resolvConf],
    ['/etc/hostname', sandboxFiles.hostname],
    ['/etc/hosts', sandboxFiles.hosts],
  ];
  const sandboxMounts = files.map(([containerPath, hostPath]) => ({ containerPath, hostPath, readonly: false }));
  const byDepth = [...sandboxMounts, ...config.mounts].filter(
    (mount, index) => index >= sandboxMounts.length || !wanted.has(mount.containerPath),
  );
  // A mount above another one must come first, or it would hide it.
  byDepth.sort((one, other) => depth(one.containerPath) - depth(other.containerPath));
  return [...standardMounts(input).filter(({ destination }) => !wanted.has(destination)), ...byDepth.map(bindMount)];
}

function standardMounts(input: SpecInput): OciMount[] {
  const privileged = input.config.security?.privileged ?? false;
  const access = privileged ? 'rw' : 'ro';
  const mount = (destination: string, type: string, options: string): OciMount => ({
    destination,
    type,
    source: type,
    options: options.split(','),
  });
  const mqueue = input.namespaces.ipc === 'NODE' ? [] : [mount('/dev/mqueue', 'mqueue', 'nosuid,noexec,nodev')];
  return [
    mount('/proc', 'proc', 'nosuid,noexec,nodev'),
    mount('/dev', 'tmpfs', 'nosuid,strictatime,mode=755,size=65536k'),
    mount('/dev/pts', 'devpts', 'nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5'),
    ...mqueue,
    mount('/sys', 'sysfs', `nosuid,noexec,nodev,${access}`),
    mount('/sys/fs/cgroup', 'cgroup', `nosuid,noexec,nodev,relatime,${access}`),
  ];
}

function bindMount(mount: Mount): OciMount {
  const propagation = { PRIVATE: 'rprivate', HOST_TO_CONTAINER: 'rslave', BIDIRECTIONAL: 'rshared' }[
    mount.propagation ?? 'PRIVATE'
  ];
  return {
    destination: mount.containerPath,
    type: 'bind',
    source: mount.hostPath,
    options: ['rbind', propagation, mount.readonly ? 'ro' : 'rw'],
  };
}

/** The root must pass on what a mount below it is to receive or send. */
function rootPropagation(mounts: readonly Mount[]): { rootfsPropagation?: 'rshared' | 'rslave' } {
  if (mounts.some(({ propagation }) => propagation === 'BIDIRECTIONAL')) return { rootfsPropagation: 'rshared' };
  if (mounts.some(({ propagation }) => propagation === 'HOST_TO_CONTAINER')) return { rootfsPropagation: 'rslave' };
  return {};
}

function buildSeccomp(input: SpecInput, capabilities: readonly string[]): { seccomp?: unknown } {
  const profile = input.config.security?.seccompProfile ?? 'Unconfined';
  if (profile === 'Unconfined' || input.config.security?.privileged) return {};
  if (profile === 'RuntimeDefault') return { seccomp: defaultSeccompProfile(capabilities, input.host.architecture) };
  return { seccomp: input.localSeccomp };
}

function deviceRules(devices: readonly SpecDevice[], privileged: boolean): OciResources['devices'] {
  if (privileged) return [{ allow: true, access: 'rwm' }];
  const allowed = devices.map(({ device: { type, major, minor }, access }) => ({
    allow: true,
    access,
    type,
    major,
    minor,
  }));
  return [{ allow: false, access: 'rwm' }, ...allowed];
}

/** Limits in the runtime's terms; 0 and absent mean none. */
export function toOciResources(resources: LinuxContainerResources): Omit<OciResources, 'devices'> {
  const { cpuShares, cpuQuota, cpuPeriod, memoryLimitInBytes, pidsLimit } = resources;
  const cpu = {
    ...(cpuShares && { shares: cpuShares }),
    ...(cpuQuota && { quota: cpuQuota }),
    ...(cpuPeriod && { period: cpuPeriod }),
  };
  return {
    ...(Object.keys(cpu).length > 0 && { cpu }),
    ...(memoryLimitInBytes && { memory: { limit: memoryLimitInBytes } }),
    ...(pidsLimit && pidsLimit > 0 && { pids: { limit: pidsLimit } }),
  };
}

function depth(path: string): number {
  return trimSlash(path).split('/').length;
}

function trimSlash(path: string): string {
  return path.length > 1 ? trimEnd(path, '/') : path;
}
