import type { Deployment } from '#api/apps/v1/deployment.ts';
import { scaledValue } from '../shared/scaled-value.ts';

export const replicasOf = ({ spec }: Deployment): number => spec?.replicas ?? 1;

export const isRolling = ({ spec }: Deployment): boolean => spec?.strategy?.type !== 'Recreate';

/** How many pods there may be beyond those wanted. */
export const maxSurge = (deployment: Deployment): number =>
  isRolling(deployment)
    ? scaledValue(deployment.spec?.strategy?.rollingUpdate?.maxSurge, replicasOf(deployment), 'up')
    : 0;

/** How many pods may be missing. At least 1 where there may be none too many: nothing would ever move. */
export function maxUnavailable(deployment: Deployment): number {
  const replicas = replicasOf(deployment);
  if (!isRolling(deployment) || replicas === 0) return 0;
  const value = scaledValue(deployment.spec?.strategy?.rollingUpdate?.maxUnavailable, replicas, 'down');
  return Math.min(value === 0 && maxSurge(deployment) === 0 ? 1 : value, replicas);
}

/** Seconds in which a rollout must make progress, or undefined when it may take any time. */
export function progressDeadline({ spec }: Deployment): number | undefined {
  const seconds = spec?.progressDeadlineSeconds;
  return seconds === undefined || seconds === 2 ** 31 - 1 ? undefined : seconds;
}
