import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PodSandboxConfig } from '../../runtime.ts';
import type { EngineContext } from '../engine-context.ts';
import type { EnginePaths } from '../engine-paths.ts';
import type { SandboxRecord } from '../records.ts';
import { pinnedNamespaces } from './sandbox-namespaces.ts';

/** Where a sandbox's namespaces are held. */
export function namespaceDirectory(paths: EnginePaths, id: string): string {
  return join(paths.namespaces, id);
}

/** Namespace files that a container of the sandbox joins. */
export function namespacePaths(
  paths: EnginePaths,
  sandbox: SandboxRecord,
): Partial<Record<'network' | 'ipc' | 'uts' | 'pid', string>> {
  const directory = namespaceDirectory(paths, sandbox.id);
  const pinned = pinnedNamespaces(sandbox.config);
  return {
    ...(pinned.includes('net') && { network: join(directory, 'net') }),
    ...(pinned.includes('ipc') && { ipc: join(directory, 'ipc') }),
    ...(pinned.includes('uts') && { uts: join(directory, 'uts') }),
    ...(sandbox.pause && { pid: `/proc/${sandbox.pause.pid}/ns/pid` }),
  };
}

/** Files that every container of the sandbox sees. */
export function sandboxFiles(context: Pick<EngineContext, 'paths' | 'sandboxes'>, sandbox: SandboxRecord) {
  const directory = context.sandboxes.directory(sandbox.id);
  const ownShm = sandbox.config.namespaces.ipc !== 'NODE';
  return {
    shm: ownShm ? join(namespaceDirectory(context.paths, sandbox.id), 'shm') : '/dev/shm',
    resolvConf: join(directory, 'resolv.conf'),
    hostname: join(directory, 'hostname'),
    hosts: join(directory, 'hosts'),
  };
}

/** Writes resolv.conf, hostname and hosts (which the kubelet usually covers with its own). */
export async function writeSandboxFiles(directory: string, config: PodSandboxConfig): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const hostFile = (path: string) => readFile(path, 'utf8').catch(() => '');
  const usesHostNetwork = config.namespaces.network === 'NODE';
  const write = (name: string, content: string) => writeFile(join(directory, name), content, { mode: 0o644 });
  await Promise.all([
    write('resolv.conf', config.dns ? resolvConf(config.dns) : await hostFile('/etc/resolv.conf')),
    write('hostname', `${usesHostNetwork ? (await hostFile('/proc/sys/kernel/hostname')).trim() : config.hostname}\n`),
    write('hosts', usesHostNetwork ? await hostFile('/etc/hosts') : LOCAL_HOSTS),
  ]);
}

const LOCAL_HOSTS = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n';

/** The content of resolv.conf for a pod. */
export function resolvConf(dns: NonNullable<PodSandboxConfig['dns']>): string {
  const lines = [
    ...(dns.searches.length > 0 ? [`search ${dns.searches.join(' ')}`] : []),
    ...dns.servers.map((server) => `nameserver ${server}`),
    ...(dns.options.length > 0 ? [`options ${dns.options.join(' ')}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
