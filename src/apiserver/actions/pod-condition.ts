import type { PodStatus } from '#api/core/v1/pod-status.ts';

type PodConditions = NonNullable<PodStatus['conditions']>;
type Told = Pick<PodConditions[number], 'type' | 'status' | 'reason' | 'message'>;

/** A pod's conditions with this one in the place of the former, or last; one that says the same as before keeps its time. */
export function withPodCondition(conditions: PodStatus['conditions'] = [], told: Told, now: string): PodConditions {
  const at = conditions.findIndex(({ type }) => type === told.type);
  const before = conditions[at];
  const since = before?.status === told.status ? before.lastTransitionTime : undefined;
  const condition = { ...told, lastTransitionTime: since ?? now };
  return at < 0 ? [...conditions, condition] : [...conditions.slice(0, at), condition, ...conditions.slice(at + 1)];
}
