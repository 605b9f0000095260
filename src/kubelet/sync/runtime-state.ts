import type { ContainerStatus, PodSandboxStatus, RuntimeService } from '#cri/runtime.ts';
import { CONTAINER_HASH, CONTAINER_RESTART_COUNT, POD_UID_LABEL } from '../names.ts';

/** What the runtime holds of one pod. */
export interface PodRuntimeState {
  /** Newest first. */
  readonly sandboxes: readonly PodSandboxStatus[];
  /** Newest first; all attempts of all containers. */
  readonly containers: readonly ContainerStatus[];
}

export const EMPTY_RUNTIME_STATE: PodRuntimeState = { sandboxes: [], containers: [] };

export async function readPodRuntimeState(runtime: RuntimeService, podUid: string): Promise<PodRuntimeState> {
  const [sandboxes, containers] = await Promise.all([
    runtime.listPodSandboxes({ podUid }),
    runtime.listContainers({ labels: { [POD_UID_LABEL]: podUid } }),
  ]);
  return {
    sandboxes: sandboxes.toSorted((a, b) => b.metadata.attempt - a.metadata.attempt || b.createdAt - a.createdAt),
    containers: containers.toSorted(newestFirst),
  };
}

const newestFirst = (a: ContainerStatus, b: ContainerStatus): number =>
  b.createdAt - a.createdAt || restartCountOf(b) - restartCountOf(a);

export const restartCountOf = (status: ContainerStatus): number =>
  Number(status.annotations[CONTAINER_RESTART_COUNT] ?? status.metadata.attempt);

export const hashOf = (status: ContainerStatus): string => status.annotations[CONTAINER_HASH] ?? '';

/** The newest attempt of a container. */
export const latestOf = (state: PodRuntimeState, name: string): ContainerStatus | undefined =>
  state.containers.find((status) => status.metadata.name === name);

/** All attempts of a container, newest first. */
export const attemptsOf = (state: PodRuntimeState, name: string): readonly ContainerStatus[] =>
  state.containers.filter((status) => status.metadata.name === name);
