import type { ReplicaSetStatus } from '#api/apps/v1/replica-set.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { selectorFromSet } from '#machinery/selectors/label-selector.ts';
import { isPodAvailable, isPodReady } from '../pods.ts';

export interface ReplicaStatusInput {
  readonly old: ReplicaSetStatus | undefined;
  readonly generation: number | undefined;
  readonly template: PodTemplateSpec | undefined;
  readonly minReadySeconds: number;
  readonly active: readonly Pod[];
  /** Absent for kinds whose status does not say. */
  readonly terminating?: number | undefined;
  /** What creating or deleting pods failed with, if it did. */
  readonly failure?: { readonly reason: 'FailedCreate' | 'FailedDelete'; readonly message: string } | undefined;
  readonly now: number;
}

/** The status of a ReplicaSet or ReplicationController with these pods. */
export function replicaStatus(input: ReplicaStatusInput): ReplicaSetStatus {
  const { active, template, minReadySeconds, now } = input;
  const labelled = selectorFromSet(template?.metadata?.labels ?? {});
  const conditions = conditionsWith(input);
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => labelled.matches(pod.metadata?.labels ?? {})).length,
    readyReplicas: active.filter(isPodReady).length,
    availableReplicas: active.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length,
    ...(input.terminating === undefined ? {} : { terminatingReplicas: input.terminating }),
    ...(input.generation === undefined ? {} : { observedGeneration: input.generation }),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

/** A failure is told once, when it begins, and stays until it is over. */
function conditionsWith({ old, failure, now }: ReplicaStatusInput) {
  const conditions = old?.conditions ?? [];
  const told = conditions.some(({ type }) => type === 'ReplicaFailure');
  if (failure === undefined) return told ? conditions.filter(({ type }) => type !== 'ReplicaFailure') : conditions;
  if (told) return conditions;
  return [...conditions, { type: 'ReplicaFailure', status: 'True', lastTransitionTime: formatTime(now), ...failure }];
}
