import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { ClusterEvent } from './cluster-event.ts';
import type { Status } from './status.ts';

/** Scores lie between 0 and this. */
export const MAX_NODE_SCORE = 100;

/** The state one scheduling cycle keeps for its plugins, by plugin name. */
export type CycleState = Map<string, unknown>;

/** What every plugin sees of one cycle. */
export interface Cycle {
  readonly pod: PodInfo;
  /** Every node, as it is during this cycle. */
  readonly nodes: readonly NodeInfo[];
  readonly state: CycleState;
}

/**
 * A scheduler plugin: any of upstream's extension points. A plugin is a folder under `plugins/` and a line in its list.
 * Functions are pure but for `reserve`, `unreserve`, `preBind` and `bind`. Undefined means success.
 */
export interface Plugin {
  readonly name: string;
  /** Weight of its scores; 1 when absent. */
  readonly weight?: number;
  /** Events after which pods that this plugin refused may fit; the queue retries only those. */
  readonly events?: readonly ClusterEvent[];
  /** Orders the queue: negative when `a` goes first. */
  readonly queueSort?: (a: PodInfo, b: PodInfo) => number;
  /** Whether the pod may enter the queue at all. */
  readonly preEnqueue?: (pod: PodInfo) => Status | undefined;
  /** Once a cycle, before the filters. `Skip` leaves out this plugin's filter; a set of names narrows the search. */
  readonly preFilter?: (cycle: Cycle) => Status | { readonly nodeNames: ReadonlySet<string> } | undefined;
  readonly filter?: (cycle: Cycle, node: NodeInfo) => Status | undefined;
  /** Once a cycle, before scores are given, with the nodes that fit. `Skip` leaves out this plugin's score. */
  readonly preScore?: (cycle: Cycle, nodes: readonly NodeInfo[]) => Status | undefined;
  /** Any number; `normalize` brings them into 0…100. */
  readonly score?: (cycle: Cycle, node: NodeInfo) => number;
  /** Changes the scores in place. Absent: they are in 0…100 already. */
  readonly normalize?: (cycle: Cycle, scores: Float64Array) => void;
  readonly reserve?: (cycle: Cycle, nodeName: string) => Status | undefined;
  readonly unreserve?: (cycle: Cycle, nodeName: string) => void;
  readonly preBind?: (cycle: Cycle, nodeName: string, signal: AbortSignal) => Promise<Status | undefined>;
}

/** Brings scores into 0…100 by their highest; `reverse` makes the highest the lowest. */
export function normalizeByHighest(scores: Float64Array, reverse = false): void {
  let highest = 0;
  for (const score of scores) highest = Math.max(highest, score);
  for (let index = 0; index < scores.length; index++) {
    const share = highest === 0 ? 0 : Math.floor(((scores[index] as number) * MAX_NODE_SCORE) / highest);
    scores[index] = reverse ? MAX_NODE_SCORE - share : share;
  }
}
