import type { Pod } from '#api/core/v1/pod.ts';
import type { ContainerState, ContainerStatus, VolumeMountStatus } from '#api/core/v1/pod-status.ts';
import type { ContainerStatus as RuntimeStatus } from '#cri/runtime.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { type AnyContainer, type ContainerKind, type ContainerPart, isRestartableInit, specOf } from '../pod-parts.ts';
import { type Resizable, resizableOf } from '../sync/resize.ts';
import { shouldRestart } from '../sync/restart-policy.ts';
import { attemptsOf, latestOf, type PodRuntimeState, restartCountOf } from '../sync/runtime-state.ts';

/** Why a container is not running although it should be. */
export interface WaitingReason {
  readonly reason: string;
  readonly message?: string;
}

export interface ContainerStatusInput {
  readonly state: PodRuntimeState;
  /** Why starts failed or are put off, by container name. */
  readonly waiting: ReadonlyMap<string, WaitingReason>;
  /** Statuses as last told to the API server. */
  readonly known: readonly ContainerStatus[];
  /** What containers left at their termination message path, by container id. */
  readonly messages: ReadonlyMap<string, string>;
  readonly isReady: (containerId: string) => boolean;
  readonly isStarted: (containerId: string) => boolean;
  /** The limits and requests that a container has now. */
  readonly resourcesOf: (status: RuntimeStatus, container: AnyContainer) => Resizable;
  /** The scheme of container ids, for example `containerd`. */
  readonly runtimeName: string;
  /** The pod is ending or has ended: nothing will be started again. */
  readonly isEnding: boolean;
}

/** The statuses of the containers of one list, in the order of the spec. */
export function containerStatuses(pod: Pod, kind: ContainerKind, input: ContainerStatusInput): ContainerStatus[] {
  const containers = specOf(pod)[kind] ?? [];
  return containers.map((container) => containerStatus(pod, { kind, container }, input));
}

function containerStatus(pod: Pod, part: ContainerPart, input: ContainerStatusInput): ContainerStatus {
  const { name } = part.container;
  const known = input.known.find((status) => status.name === name);
  const current = latestOf(input.state, name);
  if (current === undefined) return withoutContainer(pod, part, known, input);
  const state = stateOf(current, input);
  const previous = attemptsOf(input.state, name)[1];
  const lastState = previous?.state === 'EXITED' ? stateOf(previous, input) : (knownLast(known, current) ?? {});
  const status = describe(part, current, { state, lastState }, input);
  return input.isEnding ? status : asWaiting(pod, part, { status, current }, input);
}

/** The last state as told before, once the runtime has forgotten that attempt. */
const knownLast = (known: ContainerStatus | undefined, current: RuntimeStatus): ContainerState | undefined =>
  known?.containerID?.endsWith(current.id)
    ? known.lastState
    : known?.state?.terminated
      ? known.state
      : known?.lastState;

function describe(
  part: ContainerPart,
  current: RuntimeStatus,
  states: { readonly state: ContainerState; readonly lastState: ContainerState },
  input: ContainerStatusInput,
): ContainerStatus {
  const { container } = part;
  const isRunning = current.state === 'RUNNING';
  const started = isRunning && input.isStarted(current.id);
  const isRegularInit = part.kind === 'initContainers' && !isRestartableInit(part);
  const ready = isRegularInit
    ? current.state === 'EXITED' && current.exitCode === 0
    : part.kind !== 'ephemeralContainers' && started && input.isReady(current.id);
  return {
    name: container.name,
    ...states,
    ready,
    restartCount: restartCountOf(current),
    image: current.image,
    imageID: current.imageRef,
    containerID: `${input.runtimeName}://${current.id}`,
    started,
    ...resources(part, isRunning ? input.resourcesOf(current, part.container) : undefined),
    ...mountsOf(part),
  };
}

function stateOf(status: RuntimeStatus, { runtimeName, messages }: ContainerStatusInput): ContainerState {
  switch (status.state) {
    case 'RUNNING':
      return { running: { startedAt: formatTime(status.startedAt) } };
    case 'CREATED':
      return { waiting: {} };
    default: {
      const message = messages.get(status.id) || status.message;
      return {
        terminated: {
          exitCode: status.exitCode,
          ...(status.reason ? { reason: status.reason } : {}),
          ...(message ? { message } : {}),
          ...(status.startedAt > 0 ? { startedAt: formatTime(status.startedAt) } : {}),
          ...(status.finishedAt > 0 ? { finishedAt: formatTime(status.finishedAt) } : {}),
          containerID: `${runtimeName}://${status.id}`,
        },
      };
    }
  }
}

/** A container that is to run again is waiting, and what ended is its last state. */
function asWaiting(
  pod: Pod,
  part: ContainerPart,
  { status, current }: { readonly status: ContainerStatus; readonly current: RuntimeStatus },
  { waiting }: ContainerStatusInput,
): ContainerStatus {
  const reason = waiting.get(part.container.name);
  if (reason === undefined || current.state === 'RUNNING') return status;
  if (!shouldRestart(specOf(pod), part, current)) return status;
  const lastState = status.state?.terminated ? status.state : (status.lastState ?? {});
  return { ...status, state: { waiting: { ...reason } }, lastState };
}

/** The container was never made, or the runtime has lost or collected it. */
function withoutContainer(
  pod: Pod,
  part: ContainerPart,
  known: ContainerStatus | undefined,
  input: ContainerStatusInput,
): ContainerStatus {
  if (known?.state?.terminated) return known;
  const isInitializing = part.kind === 'initContainers' || (specOf(pod).initContainers ?? []).length > 0;
  const waiting = input.waiting.get(part.container.name) ?? {
    reason: isInitializing && part.kind !== 'ephemeralContainers' ? 'PodInitializing' : 'ContainerCreating',
  };
  const lost = known?.state?.running !== undefined && known.state.running !== null;
  const lastState = lost
    ? {
        terminated: {
          exitCode: 137,
          reason: 'ContainerStatusUnknown',
          message: 'The container could not be located when the pod was deleted.  The container used to be Running',
        },
      }
    : (known?.lastState ?? {});
  return {
    name: part.container.name,
    state: { waiting },
    lastState,
    ready: false,
    restartCount: known?.restartCount ?? 0,
    image: part.container.image ?? '',
    imageID: '',
    started: false,
    ...mountsOf(part),
  };
}

/** What the container has; one that does not run will have what the spec says. */
function resources({ container }: ContainerPart, has: Resizable = resizableOf(container)): Partial<ContainerStatus> {
  return { ...(has.requests ? { allocatedResources: has.requests } : {}), resources: has };
}

function mountsOf({ container }: ContainerPart): Partial<ContainerStatus> {
  const volumeMounts = (container.volumeMounts ?? []).map(
    ({ name, mountPath, readOnly }): VolumeMountStatus => ({
      name,
      mountPath,
      ...(readOnly ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
    }),
  );
  return volumeMounts.length > 0 ? { volumeMounts } : {};
}
