import type { StatefulSetStatus } from '#api/apps/v1/stateful-set.ts';
import { isPodAvailable, isPodReady } from '../shared/pods.ts';
import type { StatefulState } from './stateful-plan.ts';
import { revisionNameOf } from './stateful-pod.ts';

/** The counts of a set, and whether the update is done: then its revision is the current one. */
export function statefulStatus(state: StatefulState, collisions: number | undefined): StatefulSetStatus {
  const { set, pods, current, update, now } = state;
  const present = pods.filter(({ status }) => status?.phase !== undefined);
  const ready = present.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod));
  const of = (revision: string) =>
    present.filter((pod) => revisionNameOf(pod) === revision && pod.metadata?.deletionTimestamp === undefined).length;
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const status: StatefulSetStatus = {
    observedGeneration: set.metadata?.generation,
    replicas: present.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length,
    currentReplicas: of(current),
    updatedReplicas: of(update),
    currentRevision: current,
    updateRevision: update,
    collisionCount: collisions ?? 0,
    ...(set.status?.conditions ? { conditions: set.status.conditions } : {}),
  };
  const rolling = (set.spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
  const wanted = set.spec?.replicas ?? 1;
  const done = [status.updatedReplicas, status.readyReplicas, status.replicas].every((count) => count === wanted);
  return rolling && done ? { ...status, currentReplicas: status.updatedReplicas, currentRevision: update } : status;
}
