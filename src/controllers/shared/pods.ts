import type { Pod } from '#api/core/v1/pod.ts';
import { parseTime } from '#machinery/objects/time.ts';

const isFinished = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Whether a pod runs or will: neither finished nor being deleted. */
export const isPodActive = (pod: Pod): boolean => !isFinished(pod) && pod.metadata?.deletionTimestamp === undefined;

/** Whether a pod is on its way out and still does something. */
export const isPodTerminating = (pod: Pod): boolean =>
  !isFinished(pod) && pod.metadata?.deletionTimestamp !== undefined;

/** Whether a pod has come to its end. */
export const isPodFinished = isFinished;

export const podCondition = (pod: Pod, type: string) => pod.status?.conditions?.find((one) => one.type === type);

export const isPodReady = (pod: Pod): boolean => podCondition(pod, 'Ready')?.status === 'True';

/** When a pod became ready, in milliseconds since the epoch; undefined while it is not or does not say. */
export function readySince(pod: Pod): number | undefined {
  const condition = podCondition(pod, 'Ready');
  if (condition?.status !== 'True' || condition.lastTransitionTime === undefined) return undefined;
  return parseTime(condition.lastTransitionTime);
}

/** Milliseconds until a ready pod counts as available: 0 when it does, undefined when it is not ready. */
export function untilAvailable(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  if (!isPodReady(pod)) return undefined;
  if (minReadySeconds === 0) return 0;
  const since = readySince(pod);
  return since === undefined ? undefined : Math.max(0, since + minReadySeconds * 1000 - now);
}

export const isPodAvailable = (pod: Pod, minReadySeconds: number, now: number): boolean =>
  untilAvailable(pod, minReadySeconds, now) === 0;

/** The shortest wait until one more pod counts as available, or undefined when none will by itself. */
export function nextAvailability(pods: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  let next: number | undefined;
  for (const pod of pods) {
    const wait = untilAvailable(pod, minReadySeconds, now);
    if (wait && (next === undefined || wait < next)) next = wait;
  }
  return next;
}
