import type { Pod } from '#api/core/v1/pod.ts';
import type { PodSandboxConfig, PodSandboxStatus } from '#cri/runtime.ts';
import type { SyncPlan } from '../sync/plan.ts';
import type { PodRuntimeState } from '../sync/runtime-state.ts';
import type { PodContext } from './pod-context.ts';

export interface SandboxCreation {
  readonly plan: SyncPlan;
  readonly state: PodRuntimeState;
  readonly config: PodSandboxConfig;
}

/** Makes the pod's sandbox, in place of those it had. Throws what the runtime says, after an event that tells it. */
export async function createSandbox(
  { runtime, events }: PodContext,
  pod: Pod,
  { plan, state, config }: SandboxCreation,
): Promise<PodSandboxStatus> {
  if (plan.sandboxChanged) {
    events.record(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
    await Promise.all(state.sandboxes.map(({ id }) => runtime.stopPodSandbox(id)));
  }
  try {
    return await runtime.podSandboxStatus(await runtime.runPodSandbox(config));
  } catch (error) {
    const message = `Failed to create pod sandbox: ${(error as Error).message}`;
    events.record(pod, 'Warning', 'FailedCreatePodSandBox', message);
    throw error;
  }
}
