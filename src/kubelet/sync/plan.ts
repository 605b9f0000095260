import type { Pod } from '#api/core/v1/pod.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import type { ContainerStatus, PodSandboxStatus } from '#cri/runtime.ts';
import { type ContainerPart, isRestartableInit, specOf } from '../pod-parts.ts';
import { containerHash } from './container-hash.ts';
import { planInitContainers } from './plan-init.ts';
import { restartPolicyOf, shouldRestart } from './restart-policy.ts';
import { hashOf, latestOf, type PodRuntimeState } from './runtime-state.ts';

/** What probes have found out about a container; keyed by container id. */
export interface ProbeFindings {
  /** The probe whose threshold of failures has been reached. */
  readonly failed: (containerId: string) => 'liveness' | 'startup' | undefined;
  /** Whether the startup probe has succeeded, or there is none. */
  readonly started: (containerId: string) => boolean;
}

export interface KillAction {
  readonly status: ContainerStatus;
  readonly part: ContainerPart | undefined;
  readonly message: string;
  readonly reason: 'definition' | 'liveness' | 'startup' | 'stale';
}

/** What is to be done so that the runtime holds what the pod asks for. */
export interface SyncPlan {
  /** The sandbox to run containers in; undefined when one must be made first. */
  readonly sandbox: PodSandboxStatus | undefined;
  readonly createSandbox: boolean;
  /** An earlier sandbox is gone or broken: everything of it is killed before the new one is made. */
  readonly sandboxChanged: boolean;
  /** The attempt of the sandbox to make. */
  readonly attempt: number;
  /** Nothing is left to run: the sandbox and what runs in it may go. */
  readonly podFinished: boolean;
  readonly kill: readonly KillAction[];
  readonly start: readonly ContainerPart[];
}

const NOTHING = { sandbox: undefined, createSandbox: false, sandboxChanged: false, attempt: 0, podFinished: false };

const NONE: ReadonlySet<string> = new Set();

/**
 * Compares a pod with what the runtime holds of it. Pure; back-off is decided when a start is tried.
 * `restarting` names containers that were killed to be started again, whatever the restart policy says.
 */
export function planSync(
  pod: Pod,
  state: PodRuntimeState,
  probes: ProbeFindings,
  restarting: ReadonlySet<string> = NONE,
): SyncPlan {
  const spec = specOf(pod);
  const sandbox = usableSandbox(spec, state);
  if (sandbox === undefined) return planNewSandbox(spec, state);
  const current = { ...state, containers: state.containers.filter(({ sandboxId }) => sandboxId === sandbox.id) };
  const kill: KillAction[] = [];
  const start: ContainerPart[] = parts(spec, 'ephemeralContainers').filter(
    ({ container }) => latestOf(current, container.name) === undefined,
  );
  const init = planInitContainers(spec, current, probes);
  kill.push(...init.kill);
  start.push(...init.start);
  const base = { ...NOTHING, sandbox, attempt: sandbox.metadata.attempt };
  if (init.failed) return { ...base, kill, start: [], podFinished: true };
  if (!init.complete) return { ...base, kill, start };
  let kept = 0;
  for (const part of parts(spec, 'containers')) {
    const status = latestOf(current, part.container.name);
    if (status?.state !== 'RUNNING') {
      if (restarting.has(part.container.name) || shouldRestart(spec, part, status)) start.push(part);
      continue;
    }
    const reason = reasonToKill(part, status, probes);
    if (reason === undefined) {
      kept++;
      continue;
    }
    kill.push({ status, part, ...reason });
    if (reason.reason === 'definition' || restartPolicyOf(spec, part) !== 'Never') start.push(part);
  }
  const appStarts = start.some(({ kind }) => kind === 'containers');
  return { ...base, kill, start, podFinished: kept === 0 && !appStarts };
}

/** The container's definition changed, or a probe gave up on it. */
export function reasonToKill(
  { container }: ContainerPart,
  status: ContainerStatus,
  probes: ProbeFindings,
): Pick<KillAction, 'reason' | 'message'> | undefined {
  const { name } = container;
  if (hashOf(status) !== containerHash(container)) {
    return { reason: 'definition', message: `Container ${name} definition changed, will be restarted` };
  }
  const failed = probes.failed(status.id);
  return failed && { reason: failed, message: `Container ${name} failed ${failed} probe, will be restarted` };
}

const parts = (spec: PodSpec, kind: ContainerPart['kind']): ContainerPart[] =>
  (spec[kind] ?? []).map((container) => ({ kind, container }));

function usableSandbox(spec: PodSpec, { sandboxes }: PodRuntimeState): PodSandboxStatus | undefined {
  const [newest] = sandboxes;
  if (newest?.state !== 'READY') return undefined;
  return spec.hostNetwork || newest.ips.length > 0 ? newest : undefined;
}

function planNewSandbox(spec: PodSpec, state: PodRuntimeState): SyncPlan {
  const [newest] = state.sandboxes;
  const attempt = newest === undefined ? 0 : newest.metadata.attempt + 1;
  const plan = { ...NOTHING, sandboxChanged: newest !== undefined, attempt, kill: [] };
  const ranBefore = state.containers.length > 0;
  // A pod that may not restart does not get a second sandbox once something has run in the first.
  const mayRestart = spec.restartPolicy !== 'Never' || hasOwnRestarts(spec);
  if (!mayRestart && attempt !== 0 && ranBefore) return { ...plan, start: [], podFinished: true };
  const apps = parts(spec, 'containers').filter((part) => {
    const status = latestOf(state, part.container.name);
    return status === undefined || shouldRestart(spec, part, status) || status.state === 'RUNNING';
  });
  if (apps.length === 0) return { ...plan, start: [], podFinished: true };
  const [firstInit] = parts(spec, 'initContainers');
  return { ...plan, createSandbox: true, start: firstInit ? [firstInit] : apps };
}

const hasOwnRestarts = (spec: PodSpec): boolean =>
  (spec.containers ?? []).some(({ restartPolicy }) => restartPolicy !== undefined && restartPolicy !== 'Never') ||
  (spec.initContainers ?? []).some((container) => isRestartableInit({ kind: 'initContainers', container }));
