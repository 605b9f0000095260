import type { Pod } from '#api/core/v1/pod.ts';
import type { ContainerStatus } from '#cri/runtime.ts';
import { type ContainerPart, findContainer, gracePeriodOf, isRestartableInit, specOf } from '../pod-parts.ts';
import type { PodRuntimeState } from '../sync/runtime-state.ts';
import { killContainer } from './kill-container.ts';
import type { PodContext } from './pod-context.ts';

/** Grace below this is raised to it: every process may say its last words. */
const MIN_GRACE_SECONDS = 1;

interface Running {
  readonly status: ContainerStatus;
  readonly part: ContainerPart | undefined;
}

/** Stops everything of a pod: app containers at once, then restartable init containers in reverse, then sandboxes. */
export async function endPod(
  context: PodContext,
  pod: Pod,
  { state, signal }: { readonly state: PodRuntimeState; readonly signal: AbortSignal },
): Promise<void> {
  const spec = specOf(pod);
  const running = state.containers
    .filter((status) => status.state === 'RUNNING')
    .map((status): Running => ({ status, part: findContainer(spec, status.metadata.name) }));
  const podIP = state.sandboxes[0]?.ips[0] ?? '';
  const started = context.clock.monotonic();
  const total = Math.max(MIN_GRACE_SECONDS, gracePeriodOf(pod));
  const kill = ({ status, part }: Running) => {
    const left = total - Math.floor((context.clock.monotonic() - started) / 1000);
    const gracePeriodSeconds = Math.max(MIN_GRACE_SECONDS, left);
    return killContainer(context, pod, { status, part, podIP, gracePeriodSeconds, signal });
  };
  const isSidecar = ({ part }: Running) => part !== undefined && isRestartableInit(part);
  await Promise.all(running.filter((each) => !isSidecar(each)).map(kill));
  const order = (spec.initContainers ?? []).map(({ name }) => name);
  const sidecars = running
    .filter(isSidecar)
    .sort((a, b) => order.indexOf(b.status.metadata.name) - order.indexOf(a.status.metadata.name));
  for (const sidecar of sidecars) {
    if (signal.aborted) return;
    await kill(sidecar);
  }
  if (signal.aborted) return;
  await Promise.all(
    state.sandboxes.filter((each) => each.state === 'READY').map(({ id }) => context.runtime.stopPodSandbox(id)),
  );
}
