import type { Pod } from '#api/core/v1/pod.ts';
import type { PodCondition } from '#api/core/v1/pod-status.ts';

/** The condition that tells of a resize which the node cannot grant; undefined when there is none. */
export function resizePendingCondition(
  pod: Pod,
  refusal: { readonly reason: string; readonly message: string; readonly isForGood: boolean } | undefined,
  { known, now }: { readonly known: readonly PodCondition[]; readonly now: string },
): PodCondition | undefined {
  if (refusal === undefined) return undefined;
  const type = 'PodResizePending';
  const before = known.find((each) => each.type === type);
  return {
    type,
    status: 'True',
    reason: refusal.isForGood ? 'Infeasible' : 'Deferred',
    message: refusal.message.replace('Pod was rejected: ', ''),
    lastTransitionTime: before?.lastTransitionTime ?? now,
    ...(pod.metadata?.generation ? { observedGeneration: pod.metadata.generation } : {}),
  };
}
