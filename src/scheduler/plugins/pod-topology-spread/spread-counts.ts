import type { ClusterState } from '../../state/cluster-state.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import type { SpreadConstraint } from './spread-constraint.ts';
import { SpreadCount } from './spread-count.ts';

/** The counts of constraints that belong together. */
export interface SpreadSet {
  readonly counts: readonly SpreadCount[];
  /** Whether a node takes part only when it has the labels of all constraints. */
  readonly needsAllKeys: boolean;
}

const NO_COUNTS: SpreadSet = { counts: [], needsAllKeys: true };

/** Keeps sets of counts current for as long as they are used. */
export class SpreadCounts {
  readonly #state: ClusterState;
  readonly #sets = new Set<SpreadSet>();

  constructor(state: ClusterState) {
    this.#state = state;
    state.observe({
      nodeEntered: (node) => {
        for (const set of this.#sets) enter(set, node);
      },
      nodeLeft: (node) => {
        for (const set of this.#sets) for (const count of set.counts) count.leave(node);
      },
      podAdded: (pod, node) => {
        for (const set of this.#sets) for (const count of set.counts) count.count(pod.class, node, 1);
      },
      podRemoved: (pod, node) => {
        for (const set of this.#sets) for (const count of set.counts) count.count(pod.class, node, -1);
      },
    });
  }

  /** Counts for these constraints, to be released. */
  use(constraints: readonly SpreadConstraint[], needsAllKeys: boolean): SpreadSet {
    if (constraints.length === 0) return NO_COUNTS;
    const counts = constraints.map((each) => new SpreadCount(each, this.#state.topology(each.topologyKey)));
    const set = { counts, needsAllKeys };
    for (const node of this.#state.list()) {
      enter(set, node);
      for (const pod of node.pods.values()) for (const count of counts) count.count(pod.class, node, 1);
    }
    this.#sets.add(set);
    return set;
  }

  release(set: SpreadSet): void {
    this.#sets.delete(set);
  }
}

function enter({ counts, needsAllKeys }: SpreadSet, info: NodeInfo): void {
  const complete = !needsAllKeys || hasAllKeys(counts, info.slot);
  for (const count of counts) count.enter(info, complete && count.constraint.includes(info.node));
}

/** Whether a node has the labels of all constraints. */
export function hasAllKeys(counts: readonly SpreadCount[], slot: number): boolean {
  for (let index = 0; index < counts.length; index++) {
    if ((counts[index] as SpreadCount).topology.domainOf(slot) < 0) return false;
  }
  return true;
}
