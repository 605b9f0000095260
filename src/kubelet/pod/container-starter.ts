import type { Pod } from '#api/core/v1/pod.ts';
import type { PodStatus } from '#api/core/v1/pod-status.ts';
import type { PodSandboxConfig, PodSandboxStatus } from '#cri/runtime.ts';
import { ContainerError } from '../container/container-error.ts';
import { containerFieldPath } from '../event-sink.ts';
import { type ContainerPart, describePod, uidOf } from '../pod-parts.ts';
import type { WaitingReason } from '../status/container-statuses.ts';
import { containerHash } from '../sync/container-hash.ts';
import { latestOf, type PodRuntimeState, restartCountOf } from '../sync/runtime-state.ts';
import type { VolumesResult } from '../volumes/volume-manager.ts';
import type { PodContext } from './pod-context.ts';
import { startContainer } from './start-container.ts';

const RETRY_MS = 500;
/** A failed pull shows as ErrImagePull for this long before it shows as put off. */
const SHOW_PULL_ERROR_MS = 2000;
const CONFIG_RETRY_MS = 10_000;

export interface StartAt {
  readonly sandbox: PodSandboxStatus;
  readonly config: PodSandboxConfig;
  readonly mounted: VolumesResult;
  readonly state: PodRuntimeState;
  /** The status as the API server has it. */
  readonly known: PodStatus;
  readonly signal: AbortSignal;
}

/** Starts the containers of one pod, puts off those that keep failing, and remembers why others do not run. */
export class ContainerStarter {
  /** Why containers that should run do not, by name. */
  readonly waiting = new Map<string, WaitingReason>();
  /** Containers that were killed to be started again, whatever the restart policy says. */
  readonly restarting = new Set<string>();
  readonly #context: PodContext;
  readonly #wakeIn: (milliseconds: number) => void;

  /** `wakeIn` asks for another pass over the pod after a time. */
  constructor(context: PodContext, wakeIn: (milliseconds: number) => void) {
    this.#context = context;
    this.#wakeIn = wakeIn;
  }

  /** Starts one container unless it is put off; what fails is remembered as its waiting reason. */
  async start(pod: Pod, part: ContainerPart, at: StartAt): Promise<void> {
    const { name } = part.container;
    if (this.#isPutOff(pod, part, at.state)) return;
    try {
      await startContainer(this.#context, pod, part, {
        sandbox: at.sandbox,
        sandboxConfig: at.config,
        volumes: at.mounted.volumes,
        attempt: attemptOf(name, at),
        signal: at.signal,
      });
      this.waiting.delete(name);
      this.restarting.delete(name);
    } catch (error) {
      if (!(error instanceof ContainerError)) throw error;
      this.#startFailed(pod, part, error);
    }
  }

  #startFailed(pod: Pod, part: ContainerPart, { reason, message }: ContainerError): void {
    const { events, images } = this.#context;
    const { name } = part.container;
    this.waiting.set(name, { reason, message });
    const isImage = /Image/.test(reason);
    const fieldPath = containerFieldPath(part.kind, name);
    if (reason !== 'PostStartHookError') {
      events.record(pod, 'Warning', 'Failed', `Error: ${isImage ? reason : message}`, { fieldPath });
    }
    const pullIn = images.retryAfter(pod, part);
    if (reason === 'ErrImagePull') this.#wakeIn(Math.min(pullIn, SHOW_PULL_ERROR_MS));
    else if (reason === 'ImagePullBackOff') this.#wakeIn(pullIn);
    else this.#wakeIn(reason === 'RunContainerError' || reason === 'PostStartHookError' ? RETRY_MS : CONFIG_RETRY_MS);
  }

  /** Whether a container that keeps ending has to wait before it is started again. */
  #isPutOff(pod: Pod, part: ContainerPart, state: PodRuntimeState): boolean {
    const { crashBackOff, events } = this.#context;
    const { name } = part.container;
    const last = latestOf(state, name);
    if (last?.state !== 'EXITED') return false;
    const key = `${uidOf(pod)}_${name}_${containerHash(part.container)}`;
    const left = crashBackOff.remaining(key, last.finishedAt);
    if (left === 0) {
      crashBackOff.next(key, last.finishedAt);
      return false;
    }
    this.#wakeIn(left);
    const message = `back-off ${goSeconds(crashBackOff.delay(key))} restarting failed container=${name} pod=${describePod(pod)}`;
    if (this.waiting.get(name)?.message === message) return true;
    this.waiting.set(name, { reason: 'CrashLoopBackOff', message });
    const text = `Back-off restarting failed container ${name} in pod ${describePod(pod)}`;
    events.record(pod, 'Warning', 'BackOff', text, { fieldPath: containerFieldPath(part.kind, name) });
    return true;
  }
}

/** How often a container was started before, by the runtime or, where that has forgotten, by what was told of it. */
function attemptOf(name: string, { state, known }: StartAt): number {
  const latest = latestOf(state, name);
  if (latest) return restartCountOf(latest) + 1;
  const { containerStatuses = [], initContainerStatuses = [] } = known;
  const told = [...containerStatuses, ...initContainerStatuses].find((status) => status.name === name);
  return told?.containerID || told?.lastState?.terminated ? told.restartCount + 1 : 0;
}

/** A duration as Go prints it: `10s`, `2m40s`, `5m0s`. */
function goSeconds(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
