import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { Secrets } from '#api/core/v1/secret.ts';
import type { Image, PodSandboxConfig, PodSandboxStatus } from '#cri/runtime.ts';
import { boundedSeconds } from '#machinery/objects/seconds.ts';
import { containerConfig } from '../container/container-config.ts';
import { ContainerError, configError } from '../container/container-error.ts';
import { containerEnv } from '../container/env.ts';
import { podHostname } from '../container/hostname.ts';
import { hostsFile } from '../container/hosts-file.ts';
import { containerFieldPath } from '../event-sink.ts';
import { runHook } from '../lifecycle/run-hook.ts';
import { type ContainerPart, specOf, uidOf } from '../pod-parts.ts';
import { containerMounts } from '../volumes/container-mounts.ts';
import type { MountedVolume } from '../volumes/volume-manager.ts';
import type { PodContext } from './pod-context.ts';

export interface StartContainerInput {
  readonly sandbox: PodSandboxStatus;
  readonly sandboxConfig: PodSandboxConfig;
  readonly volumes: ReadonlyMap<string, MountedVolume>;
  /** How often the container was started before. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/**
 * Brings the image, makes the container, starts it and runs its postStart hook.
 * Rejects with `ContainerError`, whose reason the container's waiting state shows.
 */
export async function startContainer(
  context: PodContext,
  pod: Pod,
  part: ContainerPart,
  input: StartContainerInput,
): Promise<void> {
  const { runtime, images, events } = context;
  const { container } = part;
  const { signal } = input;
  const [image] = await Promise.all([
    images.ensure(pod, part, signal),
    mkdir(join(context.directories.podLogs(pod), container.name), { recursive: true }),
  ]);
  const config = await configure(context, pod, part, { ...input, image });
  signal.throwIfAborted();
  const fieldPath = containerFieldPath(part.kind, container.name);
  const id = await runtime.createContainer(input.sandbox.id, config, input.sandboxConfig).catch((error: Error) => {
    throw new ContainerError('CreateContainerError', error.message, { cause: error });
  });
  events.record(pod, 'Normal', 'Created', 'Container created', { fieldPath });
  await runtime.startContainer(id).catch((error: Error) => {
    throw new ContainerError('RunContainerError', error.message, { cause: error });
  });
  events.record(pod, 'Normal', 'Started', 'Container started', { fieldPath });
  await runPostStart(context, pod, part, { ...input, containerId: id });
}

async function configure(
  context: PodContext,
  pod: Pod,
  part: ContainerPart,
  { sandbox, volumes, attempt, image }: StartContainerInput & { readonly image: Image },
) {
  const { objects, directories, nodeName, nodeAddresses } = context;
  const { container } = part;
  const [namespace, podUid] = [pod.metadata?.namespace ?? '', uidOf(pod)];
  const podIPs = specOf(pod).hostNetwork ? nodeAddresses : sandbox.ips;
  try {
    const env = await containerEnv(pod, container, {
      configMap: (name) => objects.get(ConfigMaps, { namespace, name, podUid }),
      secret: (name) => objects.get(Secrets, { namespace, name, podUid }),
      services: await context.services(),
      facts: { podIPs, hostIPs: nodeAddresses, nodeName },
      allocatable: context.allocatable(),
    });
    const mounts = await containerMounts(container, {
      volumes,
      env,
      etcHosts: await writeHosts(context, pod, podIPs),
      containerDirectory: directories.container(podUid, container.name),
      attempt,
    });
    return containerConfig(pod, part, { attempt, image, env, mounts, nodeMemoryBytes: context.memoryBytes() });
  } catch (error) {
    throw error instanceof ContainerError ? error : configError((error as Error).message);
  }
}

/** Writes the pod's hosts file in place, as it may be mounted already. */
async function writeHosts(context: PodContext, pod: Pod, podIPs: readonly string[]): Promise<string> {
  const path = context.directories.etcHosts(uidOf(pod));
  const spec = specOf(pod);
  const names = podHostname(pod, { clusterDomain: context.dns.clusterDomain, nodeName: context.nodeName });
  const text = hostsFile({
    podIPs,
    ...names,
    aliases: spec.hostAliases ?? [],
    ...(spec.hostNetwork ? { hostFile: await readFile('/etc/hosts', 'utf8').catch(() => '') } : {}),
  });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode: 0o644 });
  return path;
}

async function runPostStart(
  context: PodContext,
  pod: Pod,
  { kind, container }: ContainerPart,
  { containerId, sandbox, signal }: StartContainerInput & { readonly containerId: string },
): Promise<void> {
  const hook = container.lifecycle?.postStart;
  if (!hook) return;
  const { runtime, clock, events } = context;
  try {
    await runHook(hook, { container, containerId, podIP: sandbox.ips[0] ?? '', runtime, clock, signal });
  } catch (error) {
    if (signal.aborted) return;
    const fieldPath = containerFieldPath(kind, container.name);
    events.record(pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', { fieldPath });
    events.record(pod, 'Normal', 'Killing', 'FailedPostStartHook', { fieldPath });
    await runtime.stopContainer(containerId, boundedSeconds(specOf(pod).terminationGracePeriodSeconds ?? 30));
    throw new ContainerError('PostStartHookError', `${(error as Error).message}`, { cause: error });
  }
}
