import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { strategicPatch } from '#client/options.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { podCondition } from './pods.ts';

/** Why a pod is taken away from its owner. */
export interface Disruption {
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number | undefined;
}

/** The condition of a pod that is taken away; one that was about to be taken away before has been so since then. */
export function disruptionTarget(pod: Pod, { observedGeneration, ...why }: Disruption, now: number) {
  const before = podCondition(pod, 'DisruptionTarget');
  const since = before?.status === 'True' ? before.lastTransitionTime : undefined;
  return {
    type: 'DisruptionTarget',
    status: 'True',
    ...why,
    lastTransitionTime: since ?? formatTime(now),
    ...(observedGeneration ? { observedGeneration } : {}),
  };
}

/** Deletes a pod that says first, to whoever counts failures, that it is not to blame. One that has gone or was replaced is left alone. */
export async function disruptPod(
  { client, clock }: ControllerContext,
  pod: Pod,
  disruption: Disruption,
): Promise<void> {
  const { name = '', namespace = '', uid } = pod.metadata ?? {};
  const condition = disruptionTarget(pod, disruption, clock.now());
  const pods = client.of(Pods);
  try {
    const patch = strategicPatch({ metadata: { uid }, status: { conditions: [condition] } });
    await pods.patch(name, patch, { namespace, subresource: 'status' });
    await pods.delete(name, { namespace, ...(uid ? { preconditions: { uid } } : {}) });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
