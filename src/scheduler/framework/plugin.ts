import type { KubernetesObject } from '#api/resource-definition.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { ClusterEvent } from './cluster-event.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { GroupCycle, Placement, UnfitGroup } from './placement.ts';
import type { Status } from './status.ts';

/** Scores lie between 0 and this. */
export const MAX_NODE_SCORE = 100;

/** What every plugin sees of one cycle. */
export interface Cycle {
  readonly pod: PodInfo;
  readonly state: ClusterState;
  /** What plugins keep during the cycle, by plugin name. */
  readonly data: Map<string, unknown>;
  /** What plugins keep while all pods of a group are scheduled in one cycle, by plugin name. */
  readonly together?: Map<string, unknown>;
  /** Whether it is measured what each plugin takes: doing so in every cycle would take its time itself. */
  readonly isSampled?: boolean;
  /** The only nodes that come into question, for a pod that is to lie where others of its group do. */
  readonly within?: Placement | undefined;
}

/** Whether an event may make a pod fit that the plugin refused. `old` is there for updates. */
export type QueueingHint = (
  pod: PodInfo,
  object: KubernetesObject | undefined,
  old: KubernetesObject | undefined,
) => boolean;

/** What a pod that fits nowhere got from a plugin that tries to make room. */
export interface PostFilterResult {
  /** The node on which room was made; '' takes an earlier nomination back. Absent: it stays as it is. */
  readonly nominated?: string;
  /** Why there is no room; absent on success. */
  readonly reasons?: readonly string[];
}

/**
 * A scheduler plugin: any of upstream's extension points. A plugin is a folder under `plugins/` and a line in its list.
 * Functions are pure but for `postFilter`, `reserve`, `unreserve`, `permit`, `preBind` and `postBind`. Undefined means success.
 */
export interface Plugin {
  readonly name: string;
  /** Events after which pods that this plugin refused may fit, with a closer look where one is possible. */
  readonly events?: Partial<Readonly<Record<ClusterEvent, true | QueueingHint>>>;
  /** The uid of the one pod that an event can be about, where its object says so: then no other is asked. */
  readonly onlyPod?: (object: KubernetesObject | undefined, old: KubernetesObject | undefined) => string | undefined;
  /**
   * Filter and score look at nothing but the pod's class, the node and the pods on it: what they say holds for every
   * pod of the class until the node changes.
   */
  readonly isLocal?: boolean;
  /** Orders the queue: negative when `a` goes first. */
  readonly queueSort?: (a: PodInfo, b: PodInfo) => number;
  /** Whether the pod may enter the queue at all. */
  readonly preEnqueue?: (pod: PodInfo) => Status | undefined;
  /** Once a cycle, before the filters. `Skip` leaves out this plugin's filter; a set of names narrows the search. */
  readonly preFilter?: (cycle: Cycle) => Status | { readonly nodeNames: ReadonlySet<string> } | undefined;
  readonly filter?: (cycle: Cycle, node: NodeInfo) => Status | undefined;
  /** After the pod fitted nowhere. The first that succeeds is the last that is asked. */
  readonly postFilter?: (cycle: Cycle, diagnosis: Diagnosis) => PostFilterResult | Promise<PostFilterResult>;
  /**
   * Once a cycle, before scores are given, with the slots of the nodes that fit. `Skip` leaves out this plugin's score.
   * Local plugins are asked once for a class, without nodes.
   */
  readonly preScore?: (cycle: Cycle, slots: Int32Array) => Status | undefined;
  /** Any number; `normalize` brings them into 0…100. */
  readonly score?: (cycle: Cycle, node: NodeInfo) => number;
  /** The same for many nodes at once: writes the score of each slot. Stands in place of `score`. */
  readonly scoreAll?: (cycle: Cycle, slots: Int32Array, scores: Float64Array) => void;
  /** Changes the scores in place. Absent: they are in 0…100 already. */
  readonly normalize?: (cycle: Cycle, scores: Float64Array) => void;
  readonly reserve?: (cycle: Cycle, nodeName: string) => Status | undefined;
  readonly unreserve?: (cycle: Cycle, nodeName: string) => void;
  /** Whether the pod may be bound: yes, no, or whenever somebody has allowed it through the framework's waiting pods. */
  readonly permit?: (cycle: Cycle, nodeName: string) => Status | { readonly waitMs: number } | undefined;
  /** Whether `preBind` has work to do for this pod. */
  readonly needsPreBind?: (cycle: Cycle) => boolean;
  readonly preBind?: (cycle: Cycle, nodeName: string, signal: AbortSignal) => Promise<Status | undefined>;
  /** After the pod was bound. */
  readonly postBind?: (cycle: Cycle, nodeName: string) => void;
  /** Parts nodes into those of which one has to take all pods of a group. Throws where its pods lie apart already. */
  readonly generatePlacements?: (cycle: GroupCycle, parent: Placement) => readonly Placement[];
  /** Any number, asked while the pods are counted on their nodes; `normalizePlacements` brings them into 0…100. */
  readonly scorePlacement?: (cycle: GroupCycle, placement: Placement) => number;
  /** Changes the scores in place. Absent: they are in 0…100 already. */
  readonly normalizePlacements?: (scores: Float64Array) => void;
  /** After a group fitted nowhere: makes room for all of it, or tells why there is none. */
  readonly postFilterGroup?: (unfit: UnfitGroup) => PostFilterResult;
}

/** Brings scores into 0…100 by their highest; `reverse` makes the highest the lowest. */
export function normalizeByHighest(scores: Float64Array, reverse = false): void {
  let highest = 0;
  for (let index = 0; index < scores.length; index++) highest = Math.max(highest, scores[index] as number);
  for (let index = 0; index < scores.length; index++) {
    const share = highest === 0 ? 0 : Math.floor(((scores[index] as number) * MAX_NODE_SCORE) / highest);
    scores[index] = reverse ? MAX_NODE_SCORE - share : share;
  }
}
