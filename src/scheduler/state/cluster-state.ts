import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { ChangeLog } from './change-log.ts';
import { NodeInfo } from './node-info.ts';
import { byZonesInTurn, zoneOf } from './node-order.ts';
import { amountsOf, PodClasses } from './pod-class.ts';
import { createPodInfo, type PodInfo } from './pod-info.ts';
import { amountOf, toldSizes } from './pod-resources.ts';
import { ResourceTable } from './resource-table.ts';
import { Topology } from './topology.ts';

/** Keeps counts of its own of where pods are. Told of every change at once; must not change the state. */
export interface StateObserver {
  readonly podAdded?: (pod: PodInfo, node: NodeInfo) => void;
  readonly podRemoved?: (pod: PodInfo, node: NodeInfo) => void;
  /** A node has come, or has changed what tells it from others (labels, taints, cordon); before its pods are added. */
  readonly nodeEntered?: (node: NodeInfo) => void;
  /** The object of a node was replaced; nothing that tells it from others need have changed. */
  readonly nodeReplaced?: (node: NodeInfo) => void;
  /** A node goes, or is about to change; after its pods were removed. */
  readonly nodeLeft?: (node: NodeInfo) => void;
}

/**
 * Every node with the pods on it: those the API server has told of, and those that were assigned here and are not yet
 * confirmed. Pods may arrive before their node. Every change gives its node a new generation, so that what was worked
 * out for a node is known to be out of date.
 */
export class ClusterState {
  readonly resources = new ResourceTable();
  readonly classes = new PodClasses(this.resources);
  readonly #nodes = new Map<string, NodeInfo>();
  /** Node names by pod uid, as told by the API server. */
  readonly #placed = new Map<string, string>();
  readonly #assumed = new Map<string, string>();
  readonly #homeless = new Map<string, Map<string, PodInfo>>();
  readonly #topologies = new Map<string, Topology>();
  readonly #observers: StateObserver[] = [];
  readonly #freeSlots: number[] = [];
  readonly #bySlot: (NodeInfo | undefined)[] = [];
  /** Changes to nodes and the pods on them; a node that goes is a change, too. */
  readonly changes = new ChangeLog();
  #trials = 0;
  #list: NodeInfo[] | undefined;
  #order: Int32Array | undefined;

  /** All nodes, zones by turns; the same array until a node comes, goes or moves. */
  list(): readonly NodeInfo[] {
    this.#list ??= byZonesInTurn(this.#nodes.values());
    return this.#list;
  }

  /** The slots of `list`. */
  order(): Int32Array {
    this.#order ??= Int32Array.from(this.list(), ({ slot }) => slot);
    return this.#order;
  }

  /** How many nodes and pods there are, and how many of the pods are only assumed to be placed. */
  get counts(): { readonly nodes: number; readonly pods: number; readonly assumed_pods: number } {
    const assumed = this.#assumed.size;
    return { nodes: this.#nodes.size, pods: this.#placed.size + assumed, assumed_pods: assumed };
  }

  get(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  /** The node of a slot, while there is one. */
  at(slot: number): NodeInfo | undefined {
    return this.#bySlot[slot];
  }

  /** One more than the highest slot ever given out. */
  get slots(): number {
    return this.#bySlot.length;
  }

  /** Grows with every change to a node or the pods on it. */
  generationOf(slot: number): number {
    return this.changes.generationOf(slot);
  }

  observe(observer: StateObserver): void {
    this.#observers.push(observer);
  }

  /** A pod as it is now; what was worked out for it before holds while it asks for the same. */
  describe(pod: Pod): PodInfo {
    const uid = pod.metadata?.uid ?? '';
    const nodeName = this.nodeNameOf(uid);
    const known = nodeName === undefined ? undefined : this.#nodes.get(nodeName)?.pods.get(uid);
    // Of the many updates of a pod that runs hardly any changes what it asks for.
    if (known && asksForSame(pod, known.pod)) {
      const its = isEnding(pod) === known.class.terminating ? known.class : this.classes.ending(known.class, pod);
      return { ...known, pod, class: its };
    }
    return createPodInfo(pod, this.classes);
  }

  topology(key: string): Topology {
    let topology = this.#topologies.get(key);
    if (topology === undefined) this.#topologies.set(key, (topology = new Topology(key, this.list())));
    return topology;
  }

  setNode(node: Node): void {
    const name = node.metadata?.name ?? '';
    const known = this.#nodes.get(name);
    if (known === undefined) return this.#addNode(node, name);
    const moves = !sameSite(known.node, node);
    if (moves) this.#leave(known);
    if (moves && zoneOf(known.node) !== zoneOf(node)) this.#reorder();
    known.node = node;
    this.resources.setAllocatable(known.slot, this.#allocatable(node));
    if (moves) this.#enter(known);
    for (const observer of this.#observers) observer.nodeReplaced?.(known);
    this.touch(known.slot);
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (info === undefined) return;
    this.#leave(info);
    for (const topology of this.#topologies.values()) topology.removeNode(info.slot);
    this.#nodes.delete(name);
    this.#bySlot[info.slot] = undefined;
    this.#reorder();
    this.#freeSlots.push(info.slot);
    if (info.pods.size > 0) this.#homeless.set(name, new Map(info.pods));
    this.touch(info.slot);
  }

  /**
   * A pod that the API server shows on a node; replaces what was assumed of it. Tells whether anything changed that
   * counts.
   */
  placePod(pod: PodInfo, nodeName: string): boolean {
    const before = this.nodeNameOf(pod.uid);
    this.#assumed.delete(pod.uid);
    this.#placed.set(pod.uid, nodeName);
    const info = this.#nodes.get(nodeName);
    const known = info?.pods.get(pod.uid);
    if (info && known && before === nodeName && known.class === pod.class) {
      // Nothing that counts has changed, as when a binding is confirmed.
      info.pods.set(pod.uid, pod);
      return false;
    }
    if (before !== undefined) this.#takeFrom(before, pod.uid);
    this.#put(pod, nodeName);
    return true;
  }

  removePod(uid: string): void {
    const nodeName = this.nodeNameOf(uid);
    this.#placed.delete(uid);
    this.#assumed.delete(uid);
    if (nodeName !== undefined) this.#takeFrom(nodeName, uid);
  }

  /** A pod that is being bound: counted at once, so that the next cycle sees it. */
  assume(pod: PodInfo, nodeName: string): void {
    this.#assumed.set(pod.uid, nodeName);
    this.#put(pod, nodeName);
  }

  /** The binding failed. A pod that the API server has shown meanwhile stays. */
  forget(uid: string): void {
    if (!this.#placed.has(uid)) this.removePod(uid);
  }

  /** Where a pod is, or is assumed to be. */
  nodeNameOf(uid: string): string | undefined {
    return this.#placed.get(uid) ?? this.#assumed.get(uid);
  }

  isAssumed(uid: string): boolean {
    return this.#assumed.has(uid);
  }

  /** Whether what is seen now is only tried; generations do not tell of it. */
  get isTrying(): boolean {
    return this.#trials > 0;
  }

  /** Tries what would be: `change` may add to and take from the node, what it did is undone afterwards. */
  tentatively<T>(node: NodeInfo, change: (trial: Trial) => T): T {
    const come: PodInfo[] = [];
    const gone: PodInfo[] = [];
    this.#trials++;
    try {
      return change({
        add: (pod) => {
          if (!gone.includes(pod)) come.push(pod);
          this.#add(pod, node);
        },
        remove: (pod) => {
          if (!come.includes(pod) && !gone.includes(pod) && node.pods.has(pod.uid)) gone.push(pod);
          this.#remove(pod, node);
        },
      });
    } finally {
      for (const pod of come) this.#remove(pod, node);
      for (const pod of gone) if (!node.pods.has(pod.uid)) this.#add(pod, node);
      this.#trials--;
    }
  }

  /**
   * Tries what would be without these pods, wherever they are: `change` may put them back and take them again, what it
   * did is undone afterwards.
   */
  tentativelyWithout<T>(pods: readonly PodInfo[], change: (trial: Trial) => T): T {
    const gone = new Map<PodInfo, NodeInfo>();
    const remove = (pod: PodInfo) => {
      const node = this.#nodes.get(this.nodeNameOf(pod.uid) ?? '');
      if (node === undefined || gone.has(pod)) return;
      gone.set(pod, node);
      this.#remove(pod, node);
    };
    const add = (pod: PodInfo) => {
      const node = gone.get(pod);
      if (node === undefined) return;
      gone.delete(pod);
      this.#add(pod, node);
    };
    this.#trials++;
    try {
      for (const pod of pods) remove(pod);
      return change({ add, remove });
    } finally {
      for (const pod of [...gone.keys()]) add(pod);
      this.#trials--;
    }
  }

  /** What was worked out for a node no longer holds. */
  touch(slot: number): void {
    this.changes.add(slot);
  }

  /** What was worked out for any node no longer holds. */
  touchAll(): void {
    for (const { slot } of this.list()) this.touch(slot);
  }

  #reorder(): void {
    this.#list = undefined;
    this.#order = undefined;
  }

  #addNode(node: Node, name: string): void {
    const slot = this.#freeSlots.pop() ?? this.#bySlot.length;
    const info = new NodeInfo(node, slot);
    this.resources.openRow(slot);
    this.resources.setAllocatable(slot, this.#allocatable(node));
    this.#nodes.set(name, info);
    this.#bySlot[slot] = info;
    this.#reorder();
    this.#enter(info);
    for (const pod of this.#homeless.get(name)?.values() ?? []) this.#add(pod, info);
    this.#homeless.delete(name);
    this.touch(slot);
  }

  #enter(node: NodeInfo): void {
    for (const topology of this.#topologies.values()) topology.setNode(node);
    for (const observer of this.#observers) observer.nodeEntered?.(node);
    for (const pod of node.pods.values()) for (const observer of this.#observers) observer.podAdded?.(pod, node);
  }

  #leave(node: NodeInfo): void {
    for (const pod of node.pods.values()) for (const observer of this.#observers) observer.podRemoved?.(pod, node);
    for (const observer of this.#observers) observer.nodeLeft?.(node);
  }

  #allocatable({ status }: Node) {
    const list = (status?.allocatable ?? status?.capacity ?? {}) as Readonly<Record<string, string>>;
    return amountsOf(this.resources, new Map(Object.entries(list).map(([name, text]) => [name, amountOf(name, text)])));
  }

  #put(pod: PodInfo, nodeName: string): void {
    const node = this.#nodes.get(nodeName);
    if (node) return this.#add(pod, node);
    const homeless = this.#homeless.get(nodeName) ?? new Map<string, PodInfo>();
    this.#homeless.set(nodeName, homeless.set(pod.uid, pod));
  }

  #takeFrom(nodeName: string, uid: string): void {
    const node = this.#nodes.get(nodeName);
    const pod = node?.pods.get(uid);
    if (node && pod) this.#remove(pod, node);
    this.#homeless.get(nodeName)?.delete(uid);
  }

  #add(pod: PodInfo, node: NodeInfo): void {
    node.pods.set(pod.uid, pod);
    this.#account(pod, node.slot, 1);
    for (const observer of this.#observers) observer.podAdded?.(pod, node);
  }

  #remove(pod: PodInfo, node: NodeInfo): void {
    if (!node.pods.delete(pod.uid)) return;
    this.#account(pod, node.slot, -1);
    for (const observer of this.#observers) observer.podRemoved?.(pod, node);
  }

  #account({ class: its }: PodInfo, slot: number, sign: 1 | -1): void {
    const { resources } = this;
    resources.request(slot, its.requests, sign);
    resources.nonZeroCpu[slot] = (resources.nonZeroCpu[slot] as number) + sign * its.nonZeroCpu;
    resources.nonZeroMemory[slot] = (resources.nonZeroMemory[slot] as number) + sign * its.nonZeroMemory;
    if (this.#trials === 0) this.touch(slot);
  }
}

/** Changes to one node that are taken back. */
export interface Trial {
  readonly add: (pod: PodInfo) => void;
  readonly remove: (pod: PodInfo) => void;
}

const isEnding = ({ metadata }: Pod): boolean => metadata?.deletionTimestamp !== undefined;

/** Whether pods differ in nothing that makes their class, but for one of them being deleted. */
const asksForSame = (a: Pod, b: Pod): boolean =>
  deepEqual(a.metadata?.labels, b.metadata?.labels) && isSameSpec(a, b) && deepEqual(toldSizes(a), toldSizes(b));

/** But for the node: a binding is the one change of a pod's spec that makes no new generation. */
const isSameSpec = (a: Pod, b: Pod): boolean =>
  a.spec !== b.spec && (a.metadata?.generation === undefined || a.metadata.generation !== b.metadata?.generation)
    ? deepEqual({ ...a.spec, nodeName: undefined }, { ...b.spec, nodeName: undefined })
    : true;

/** Whether a node has kept everything by which counts are grouped. */
const sameSite = (a: Node, b: Node): boolean =>
  deepEqual(a.metadata?.labels, b.metadata?.labels) &&
  deepEqual(a.spec?.taints, b.spec?.taints) &&
  (a.spec?.unschedulable ?? false) === (b.spec?.unschedulable ?? false);
