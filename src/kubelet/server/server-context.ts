import type { Pod } from '#api/core/v1/pod.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import type { ContainerStatus, ImageService, RuntimeService } from '#cri/runtime.ts';
import { newBadRequest, newNotFound } from '#machinery/errors/status-error.ts';
import type { MachineInfo } from '../node/machine-info.ts';
import type { KubeletServing } from '../options.ts';
import type { PodDirectories } from '../pod-directories.ts';
import { findContainer, specOf, uidOf } from '../pod-parts.ts';
import { attemptsOf, readPodRuntimeState } from '../sync/runtime-state.ts';

/** What the node's API reads. */
export interface ServerContext {
  /** Asks the API server who may use this one. */
  readonly client: Client;
  readonly runtime: RuntimeService;
  readonly images: ImageService;
  readonly pods: {
    readonly list: () => readonly Pod[];
    readonly find: (namespace: string, name: string) => Pod | undefined;
  };
  readonly directories: PodDirectories;
  readonly nodeName: string;
  readonly machine: MachineInfo;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly serving: KubeletServing;
}

/** The pod, or a 404. */
export function requirePod({ pods }: ServerContext, namespace: string, name: string): Pod {
  const pod = pods.find(namespace, name);
  if (pod === undefined) throw newNotFound({ group: '', resource: 'pods' }, name);
  return pod;
}

/** The newest attempt of a container, or the one before it. Throws a 400 with upstream's words when there is none. */
export async function requireContainer(
  context: ServerContext,
  pod: Pod,
  { name, previous = false }: { readonly name: string; readonly previous?: boolean },
): Promise<ContainerStatus> {
  if (findContainer(specOf(pod), name) === undefined) {
    throw newNotFound({ group: '', resource: 'containers' }, name);
  }
  const attempts = attemptsOf(await readPodRuntimeState(context.runtime, uidOf(pod)), name);
  const started = attempts.filter(({ state }) => state !== 'CREATED');
  if (previous) {
    const index = started[0]?.state === 'RUNNING' || started.length > 1 ? 1 : 0;
    const status = started[index];
    if (status) return status;
    throw newBadRequest(`previous terminated container "${name}" in pod "${pod.metadata?.name}" not found`);
  }
  const [newest] = started;
  if (newest) return newest;
  throw newBadRequest(
    `container "${name}" in pod "${pod.metadata?.name}" is waiting to start: ${waitingReason(pod, name)}`,
  );
}

function waitingReason(pod: Pod, name: string): string {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  const status = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(
    (each) => each.name === name,
  );
  const { reason = 'ContainerCreating' } = status?.state?.waiting ?? {};
  if (reason === 'ErrImagePull') return "image can't be pulled";
  return reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : reason;
}
