import type { PodGroup } from '#api/scheduling/v1alpha2/pod-group.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { PodInfo } from '../state/pod-info.ts';

/** Nodes on which all pods of a group could lie. */
export interface Placement {
  readonly name: string;
  readonly nodes: ReadonlySet<string>;
}

/** What plugins see of a cycle for a group of pods. */
export interface GroupCycle {
  readonly group: PodGroup;
  /** The uids of all pods of the group that are not over, whether they have nodes or not. */
  readonly members: Iterable<string>;
  readonly state: ClusterState;
}

/** A group that does not fit, for those who try to make room. */
export interface UnfitGroup extends GroupCycle {
  /** The pods that wait. */
  readonly pods: readonly PodInfo[];
  readonly schedulerName: string;
  /** Whether enough of the pods would fit as things are at this moment. */
  readonly fits: () => boolean;
}
