import type { Pod } from '#api/core/v1/pod.ts';
import type { ContainerStatus } from '#api/core/v1/pod-status.ts';
import { isRestartableInit, specOf } from '../pod-parts.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PhaseInput {
  readonly init: readonly ContainerStatus[];
  readonly app: readonly ContainerStatus[];
  /** The kubelet has ended the pod: restart policies no longer count. */
  readonly isTerminal: boolean;
}

interface Counts {
  waiting: number;
  running: number;
  stopped: number;
  succeeded: number;
  unknown: number;
}

/** The phase that a pod's containers add up to. */
export function podPhase(pod: Pod, { init, app, isTerminal }: PhaseInput): PodPhase {
  const spec = specOf(pod);
  const counts: Counts = { waiting: 0, running: 0, stopped: 0, succeeded: 0, unknown: 0 };
  for (const { name } of spec.containers ?? [])
    count(
      counts,
      app.find((status) => status.name === name),
    );
  const started = app.some(({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated);
  let initPending = 0;
  for (const container of spec.initContainers ?? []) {
    const status = init.find(({ name }) => name === container.name);
    if (isRestartableInit({ kind: 'initContainers', container })) initPending += countRestartable(counts, status);
    else if (!isFailedInit(status)) initPending += isPassedInit(status) ? 0 : 1;
    else if ((container.restartPolicy ?? spec.restartPolicy) === 'Never') return 'Failed';
  }
  if (isTerminal && counts.running === 0) {
    return counts.succeeded === (spec.containers ?? []).length ? 'Succeeded' : 'Failed';
  }
  if (initPending > 0 && !started) return 'Pending';
  return fromCounts(counts, restartsFailed(pod));
}

function fromCounts(counts: Counts, restart: 'all' | 'failed' | 'none'): PodPhase {
  const { waiting, running, stopped, succeeded, unknown } = counts;
  if (waiting > 0) return 'Pending';
  if (running > 0 && unknown === 0) return 'Running';
  if (running === 0 && stopped > 0 && unknown === 0) {
    if (restart === 'all') return 'Running';
    if (stopped === succeeded) return 'Succeeded';
    return restart === 'none' ? 'Failed' : 'Running';
  }
  return 'Pending';
}

function restartsFailed(pod: Pod): 'all' | 'failed' | 'none' {
  const spec = specOf(pod);
  const policies = new Set(spec.containers.map(({ restartPolicy }) => restartPolicy ?? spec.restartPolicy ?? 'Always'));
  if (policies.has('Always')) return 'all';
  return policies.has('OnFailure') ? 'failed' : 'none';
}

function count(counts: Counts, status: ContainerStatus | undefined): void {
  const { state, lastState } = status ?? {};
  if (state?.running) counts.running++;
  else if (state?.terminated) {
    counts.stopped++;
    if (state.terminated.exitCode === 0) counts.succeeded++;
  } else if (state?.waiting) {
    if (lastState?.terminated) counts.stopped++;
    else counts.waiting++;
  } else counts.unknown++;
}

/** Restartable init containers count while they run or have yet to; returns 1 while its turn is not over. */
function countRestartable(counts: Counts, status: ContainerStatus | undefined): 0 | 1 {
  const { state, lastState, started } = status ?? {};
  if (state?.running) {
    counts.running++;
    return started ? 0 : 1;
  }
  if (state?.terminated || lastState?.terminated) return 0;
  counts.waiting++;
  return 1;
}

const isPassedInit = (status: ContainerStatus | undefined): boolean => status?.state?.terminated?.exitCode === 0;

const isFailedInit = (status: ContainerStatus | undefined): boolean => {
  const terminated = status?.state?.terminated ?? (status?.state?.waiting && status.lastState?.terminated);
  return terminated !== undefined && terminated !== null && terminated.exitCode !== 0;
};
