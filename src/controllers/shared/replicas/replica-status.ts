import type { ReplicaSetStatus } from '#api/apps/v1/replica-set.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { selectorFromSet } from '#machinery/selectors/label-selector.ts';
import { isPodActive, isPodTerminating, untilAvailable } from '../pods.ts';

export interface ReplicaStatusInput {
  readonly old: ReplicaSetStatus | undefined;
  readonly generation: number | undefined;
  readonly template: PodTemplateSpec | undefined;
  readonly minReadySeconds: number;
  /** The owner's, those included that are on their way out. */
  readonly pods: readonly Pod[];
  /** Whether the kind's status says how many are on their way out. */
  readonly countsTerminating: boolean;
  /** What creating or deleting pods failed with, if it did. */
  readonly failure?: { readonly reason: 'FailedCreate' | 'FailedDelete'; readonly message: string } | undefined;
  readonly now: number;
}

/** The status of a ReplicaSet or ReplicationController with these pods. */
export function replicaStatus(input: ReplicaStatusInput): ReplicaSetStatus {
  const conditions = conditionsWith(input);
  const { active, labelled, ready, available, terminating } = counted(input);
  return {
    replicas: active,
    fullyLabeledReplicas: labelled,
    readyReplicas: ready,
    availableReplicas: available,
    ...(input.countsTerminating ? { terminatingReplicas: terminating } : {}),
    ...(input.generation === undefined ? {} : { observedGeneration: input.generation }),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

/** Pods by what they are, in one walk: there may be ten thousand. All but the last number are of active ones. */
function counted({ pods, template, minReadySeconds, now }: ReplicaStatusInput) {
  const selector = selectorFromSet(template?.metadata?.labels ?? {});
  const counts = { active: 0, labelled: 0, ready: 0, available: 0, terminating: 0 };
  for (const pod of pods) {
    if (isPodTerminating(pod)) counts.terminating++;
    if (!isPodActive(pod)) continue;
    counts.active++;
    if (selector.matches(pod.metadata?.labels ?? {})) counts.labelled++;
    const wait = untilAvailable(pod, minReadySeconds, now);
    if (wait !== undefined) counts.ready++;
    if (wait === 0) counts.available++;
  }
  return counts;
}

/** A failure is told once, when it begins, and stays until it is over. */
function conditionsWith({ old, failure, now }: ReplicaStatusInput) {
  const conditions = old?.conditions ?? [];
  const told = conditions.some(({ type }) => type === 'ReplicaFailure');
  if (failure === undefined) return told ? conditions.filter(({ type }) => type !== 'ReplicaFailure') : conditions;
  if (told) return conditions;
  return [...conditions, { type: 'ReplicaFailure', status: 'True', lastTransitionTime: formatTime(now), ...failure }];
}
