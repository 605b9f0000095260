import type { Pod } from '#api/core/v1/pod.ts';
import { rankForDeletion } from './deletion-rank.ts';

/** No more pods are created in one go: what is wanted may have changed by then. A few are under way at a time, see `SlowStart`. */
const MOST_CREATED = 2000;
/** No more pods are deleted in one go, all of them at the same time. */
const MOST_DELETED = 500;

/** What to do to have as many pods as wanted. */
export interface ReplicaPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
  /** Whether more is to be done than may be in one go. */
  readonly isPart: boolean;
}

export interface ReplicaState {
  readonly wanted: number;
  /** The owner's active pods. */
  readonly active: readonly Pod[];
  /** Active pods of the owner and its siblings, asked for only when some must go. */
  readonly related: () => readonly Pod[];
  readonly now: number;
}

export function planReplicas({ wanted, active, related, now }: ReplicaState): ReplicaPlan {
  const missing = wanted - active.length;
  if (missing >= 0) return { create: Math.min(missing, MOST_CREATED), remove: [], isPart: missing > MOST_CREATED };
  const remove = wanted === 0 ? active : rankForDeletion(active, related(), now);
  return { create: 0, remove: remove.slice(0, Math.min(-missing, MOST_DELETED)), isPart: -missing > MOST_DELETED };
}
