import type { Deployment } from '#api/apps/v1/deployment.ts';
import type { ReplicaSet } from '#api/apps/v1/replica-set.ts';
import { desiredReplicas, maxReplicas } from './annotations.ts';
import { isRolling, maxSurge, maxUnavailable, replicasOf } from './limits.ts';

/** A ReplicaSet and the number of replicas it is to have. */
export interface Scale {
  readonly set: ReplicaSet;
  readonly replicas: number;
}

/** The ReplicaSets of a Deployment: the one of its template, if there is one, and all others. */
export interface Sets {
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

const sizeOf = ({ spec }: ReplicaSet): number => spec?.replicas ?? 0;
const availableOf = ({ status }: ReplicaSet): number => status?.availableReplicas ?? 0;
const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number) =>
  sets.reduce((total, set) => total + of(set), 0);

export const allSets = ({ current, old }: Sets): readonly ReplicaSet[] => (current ? [...old, current] : old);
export const activeSets = (sets: readonly ReplicaSet[]): ReplicaSet[] => sets.filter((set) => sizeOf(set) > 0);

/** Oldest first; of one second by name. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const [left, right] = [a, b].map(({ metadata }) => `${metadata?.creationTimestamp ?? ''} ${metadata?.name}`);
  return (left as string) < (right as string) ? -1 : 1;
}

/** The size of the current ReplicaSet that the surge allows. */
export function newSetSize(deployment: Deployment, sets: Sets): number {
  const size = sets.current ? sizeOf(sets.current) : 0;
  if (!isRolling(deployment)) return replicasOf(deployment);
  const room = replicasOf(deployment) + maxSurge(deployment) - sum(allSets(sets), sizeOf);
  return room <= 0 ? size : size + Math.min(room, replicasOf(deployment) - size);
}

/** The next step of a rolling update: grow the current set, or else shrink old ones as availability allows. */
export function planRollingStep(deployment: Deployment, sets: Sets): Scale[] {
  const { current } = sets;
  const wanted = replicasOf(deployment);
  if (current && sizeOf(current) !== wanted) {
    const replicas = sizeOf(current) > wanted ? wanted : newSetSize(deployment, sets);
    if (replicas !== sizeOf(current)) return [{ set: current, replicas }];
  }
  return planShrinking(deployment, sets);
}

function planShrinking(deployment: Deployment, sets: Sets): Scale[] {
  const old = activeSets(sets.old).sort(byAge);
  const minAvailable = replicasOf(deployment) - maxUnavailable(deployment);
  const missing = sets.current ? sizeOf(sets.current) - availableOf(sets.current) : 0;
  const spare = sum(allSets(sets), sizeOf) - minAvailable - missing;
  if (old.length === 0 || spare <= 0) return [];
  const sizes = new Map(old.map((set) => [set, sizeOf(set)]));
  // Pods that do not work anyway go first: they cost no availability.
  shrink(sizes, spare, (set, size) => size - availableOf(set));
  shrink(sizes, sum(allSets(sets), availableOf) - minAvailable, (_, size) => size);
  return [...sizes].filter(([set, size]) => size !== sizeOf(set)).map(([set, replicas]) => ({ set, replicas }));
}

/** Takes up to `count` replicas away, from each set as many as `removable` says. */
function shrink(
  sizes: Map<ReplicaSet, number>,
  count: number,
  removable: (set: ReplicaSet, size: number) => number,
): void {
  let left = count;
  for (const [set, size] of sizes) {
    const taken = Math.min(left, removable(set, size));
    if (taken <= 0) continue;
    sizes.set(set, size - taken);
    left -= taken;
  }
}

/** Recreating: all old sets to none. */
export const planRecreateShrinking = ({ old }: Sets): Scale[] => activeSets(old).map((set) => ({ set, replicas: 0 }));

/** Whether the Deployment's number of replicas has changed since its sets were last scaled. */
export const isScaling = (deployment: Deployment, sets: Sets): boolean =>
  activeSets(allSets(sets)).some((set) => {
    const desired = desiredReplicas(set);
    return desired !== undefined && desired !== replicasOf(deployment);
  });

/** Spreads a changed number of replicas over the sets without going on with a rollout. */
export function planScaling(deployment: Deployment, sets: Sets): Scale[] {
  const wanted = replicasOf(deployment);
  const active = activeSets(allSets(sets));
  const only = active.length > 1 ? undefined : (active[0] ?? sets.current ?? [...sets.old].sort(byAge).at(-1));
  if (only) return [{ set: only, replicas: wanted }];
  if (isSaturated(deployment, sets.current)) return planRecreateShrinking(sets);
  return isRolling(deployment) ? proportional(deployment, active) : [];
}

function isSaturated(deployment: Deployment, set: ReplicaSet | undefined): boolean {
  const wanted = replicasOf(deployment);
  return set !== undefined && desiredReplicas(set) === wanted && sizeOf(set) === wanted && availableOf(set) === wanted;
}

function proportional(deployment: Deployment, active: readonly ReplicaSet[]): Scale[] {
  const wanted = replicasOf(deployment);
  const allowed = wanted > 0 ? wanted + maxSurge(deployment) : 0;
  const change = allowed - sum(active, sizeOf);
  // What cannot be divided goes to the largest: the newest of them when growing, the oldest when shrinking.
  const sets = [...active].sort((a, b) => sizeOf(b) - sizeOf(a) || (change > 0 ? byAge(b, a) : byAge(a, b)));
  let left = change;
  const scales = sets.map((set) => {
    const share = change === 0 ? 0 : shareOf(deployment, set, left);
    left -= share;
    return { set, replicas: sizeOf(set) + share };
  });
  return scales.map((scale, at) => (at === 0 ? { ...scale, replicas: Math.max(0, scale.replicas + left) } : scale));
}

function shareOf(deployment: Deployment, set: ReplicaSet, left: number): number {
  const wanted = replicasOf(deployment);
  if (left === 0) return 0;
  const size = sizeOf(set);
  const before = maxReplicas(set) || (deployment.status?.replicas ?? 0);
  const after = wanted === 0 || before === 0 ? 0 : Math.round((size * (wanted + maxSurge(deployment))) / before);
  return left > 0 ? Math.min(after - size, left) : Math.max(after - size, left);
}
