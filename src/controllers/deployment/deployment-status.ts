import type { Deployment, DeploymentStatus } from '#api/apps/v1/deployment.ts';
import type { ReplicaSet, ReplicaSetStatus } from '#api/apps/v1/replica-set.ts';
import { parseTime } from '#machinery/objects/time.ts';
import {
  type Conditions,
  conditionOf,
  progressing,
  replaceCondition,
  withCondition,
  withoutCondition,
} from './conditions.ts';
import { maxUnavailable, progressDeadline, replicasOf } from './limits.ts';
import { allSets, type Sets } from './scale-plan.ts';

/** The counts of a Deployment with these sets, and whether it is available. */
export function countedStatus(deployment: Deployment, sets: Sets, now: number): DeploymentStatus {
  const all = allSets(sets);
  const sum = (of: (status: ReplicaSetStatus) => number | undefined) =>
    all.reduce((total, { status }) => total + ((status && of(status)) ?? 0), 0);
  const available = sum(({ availableReplicas }) => availableReplicas);
  const replicas = sum((status) => status.replicas);
  const { collisionCount, conditions = [] } = deployment.status ?? {};
  return {
    observedGeneration: deployment.metadata?.generation,
    replicas,
    updatedReplicas: sets.current?.status?.replicas ?? 0,
    readyReplicas: sum(({ readyReplicas }) => readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, replicas - available),
    ...terminating(all),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withAvailability(deployment, { conditions, available, now }),
  };
}

/** Known only when every set says it. */
function terminating(sets: readonly ReplicaSet[]): Pick<DeploymentStatus, 'terminatingReplicas'> {
  let total = 0;
  for (const { status } of sets) {
    if (status?.terminatingReplicas === undefined) return {};
    total += status.terminatingReplicas;
  }
  return { terminatingReplicas: total };
}

function withAvailability(
  deployment: Deployment,
  state: { readonly conditions: Conditions; readonly available: number; readonly now: number },
): Conditions {
  const enough = state.available >= replicasOf(deployment) - maxUnavailable(deployment);
  const text = enough
    ? { status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : {
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
  return withCondition(state.conditions, { type: 'Available', ...text } as never, state.now);
}

/** Whether every wanted pod is of the current template and available. */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const wanted = replicasOf(deployment);
  return (
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata?.generation ?? 0)
  );
}

/** The status during a rollout: counts, progress and failures. */
export function rolloutStatus(deployment: Deployment, sets: Sets, now: number): DeploymentStatus {
  const status = countedStatus(deployment, sets, now);
  const progressed = withProgress(deployment, { sets, status, now });
  const failures = failuresOf(sets);
  const conditions = failures[0]
    ? withCondition(progressed, failures[0] as never, now)
    : withoutCondition(progressed, 'ReplicaFailure');
  return { ...status, conditions };
}

interface Progress {
  readonly sets: Sets;
  readonly status: DeploymentStatus;
  readonly now: number;
}

function withProgress(deployment: Deployment, { sets, status, now }: Progress): Conditions {
  const conditions = status.conditions ?? [];
  if (progressDeadline(deployment) === undefined) return withoutCondition(conditions, 'Progressing');
  const old = conditionOf(deployment.status?.conditions, 'Progressing');
  const wasComplete = status.replicas === status.updatedReplicas && old?.reason === 'NewReplicaSetAvailable';
  if (wasComplete) return conditions;
  const name = sets.current?.metadata?.name;
  const subject = name ? `ReplicaSet "${name}"` : `Deployment "${deployment.metadata?.name}"`;
  if (isComplete(deployment, status)) {
    const text = progressing('True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`);
    return withCondition(conditions, text, now);
  }
  if (madeProgress(deployment.status, status)) {
    return replaceCondition(conditions, progressing('True', 'ReplicaSetUpdated', `${subject} is progressing.`), now);
  }
  const wait = untilTimedOut(deployment, status, now);
  if (wait !== undefined && wait < 0) {
    const text = progressing('False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`);
    return withCondition(conditions, text, now);
  }
  return conditions;
}

function madeProgress(old: DeploymentStatus | undefined, status: DeploymentStatus): boolean {
  const count = (from: DeploymentStatus | undefined, key: 'readyReplicas' | 'updatedReplicas' | 'availableReplicas') =>
    from?.[key] ?? 0;
  const oldOnes = (from: DeploymentStatus | undefined) => (from?.replicas ?? 0) - count(from, 'updatedReplicas');
  return (
    count(status, 'updatedReplicas') > count(old, 'updatedReplicas') ||
    oldOnes(status) < oldOnes(old) ||
    count(status, 'readyReplicas') > count(old, 'readyReplicas') ||
    count(status, 'availableReplicas') > count(old, 'availableReplicas')
  );
}

/** Milliseconds until the deadline of a rollout that makes no progress, or undefined when none runs. */
export function untilTimedOut(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const deadline = progressDeadline(deployment);
  const condition = conditionOf(status.conditions, 'Progressing');
  if (deadline === undefined || condition?.lastUpdateTime === undefined) return undefined;
  if (['NewReplicaSetAvailable', 'ProgressDeadlineExceeded'].includes(condition.reason ?? '')) return undefined;
  return parseTime(condition.lastUpdateTime) + deadline * 1000 - now;
}

function failuresOf({ current, old }: Sets) {
  const of = (sets: readonly ReplicaSet[]) =>
    sets.flatMap(({ status }) => status?.conditions ?? []).filter(({ type }) => type === 'ReplicaFailure');
  const own = current ? of([current]) : [];
  return own.length > 0 ? own : of(old);
}
