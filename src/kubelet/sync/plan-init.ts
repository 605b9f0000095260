import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import type { ContainerStatus } from '#cri/runtime.ts';
import { type ContainerPart, isRestartableInit } from '../pod-parts.ts';
import { type KillAction, type ProbeFindings, reasonToKill } from './plan.ts';
import { shouldRestart } from './restart-policy.ts';
import { latestOf, type PodRuntimeState } from './runtime-state.ts';

export interface InitPlan {
  readonly start: readonly ContainerPart[];
  readonly kill: readonly KillAction[];
  /** Every init container is through (or, restartable, up): app containers may start. */
  readonly complete: boolean;
  /** An init container failed for good. */
  readonly failed: boolean;
}

type Step = 'passed' | 'waiting' | 'failed';

/**
 * Runs init containers one after another; restartable ones are started in their turn and kept up from then on.
 * `state` holds the current sandbox only.
 */
export function planInitContainers(spec: PodSpec, state: PodRuntimeState, probes: ProbeFindings): InitPlan {
  const start: ContainerPart[] = [];
  const kill: KillAction[] = [];
  const init = spec.initContainers ?? [];
  const initialized = (spec.containers ?? []).some(({ name }) => latestOf(state, name) !== undefined);
  // The containers of steps that are long past may have been collected.
  const furthest = initialized ? init.length : init.findLastIndex(({ name }) => latestOf(state, name) !== undefined);
  for (const [index, container] of init.entries()) {
    const part: ContainerPart = { kind: 'initContainers', container };
    const status = latestOf(state, container.name);
    const step = isRestartableInit(part)
      ? planRestartable(part, status, { probes, start, kill })
      : planRegular(spec, part, { status, isPast: index < furthest, start });
    if (step === 'failed') return { start: [], kill, complete: false, failed: true };
    if (step === 'waiting' && index >= furthest) return { start, kill, complete: false, failed: false };
  }
  return { start, kill, complete: true, failed: false };
}

function planRegular(
  spec: PodSpec,
  part: ContainerPart,
  at: { readonly status: ContainerStatus | undefined; readonly isPast: boolean; readonly start: ContainerPart[] },
): Step {
  const { status, isPast, start } = at;
  if (isPast || (status?.state === 'EXITED' && status.exitCode === 0)) return 'passed';
  if (status?.state === 'RUNNING') return 'waiting';
  if (!shouldRestart(spec, part, status)) return 'failed';
  start.push(part);
  return 'waiting';
}

function planRestartable(
  part: ContainerPart,
  status: ContainerStatus | undefined,
  to: { readonly probes: ProbeFindings; readonly start: ContainerPart[]; readonly kill: KillAction[] },
): Step {
  if (status?.state !== 'RUNNING') {
    to.start.push(part);
    return 'waiting';
  }
  const reason = reasonToKill(part, status, to.probes);
  if (reason === undefined) return to.probes.started(status.id) ? 'passed' : 'waiting';
  to.kill.push({ status, part, ...reason });
  to.start.push(part);
  return 'waiting';
}
