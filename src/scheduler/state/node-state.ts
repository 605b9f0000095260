import type { Node } from '#api/core/v1/node.ts';
import { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/**
 * Every node with the pods on it: those the API server has told of, and those that were assigned here and are not yet
 * confirmed. Pods may arrive before their node.
 */
export class NodeState {
  readonly #nodes = new Map<string, NodeInfo>();
  /** Node names by pod uid, as told by the API server. */
  readonly #placed = new Map<string, string>();
  readonly #assumed = new Map<string, string>();
  readonly #homeless = new Map<string, Map<string, PodInfo>>();
  #list: NodeInfo[] | undefined;

  /** All nodes in the order of their names' first appearance; the same array until a node comes or goes. */
  list(): readonly NodeInfo[] {
    this.#list ??= [...this.#nodes.values()];
    return this.#list;
  }

  get(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  setNode(node: Node): void {
    const name = node.metadata?.name ?? '';
    const known = this.#nodes.get(name);
    if (known) return known.setNode(node);
    const info = new NodeInfo(node);
    for (const pod of this.#homeless.get(name)?.values() ?? []) info.addPod(pod);
    this.#homeless.delete(name);
    this.#nodes.set(name, info);
    this.#list = undefined;
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (info === undefined) return;
    this.#nodes.delete(name);
    this.#list = undefined;
    if (info.pods.size > 0) this.#homeless.set(name, new Map(info.pods));
  }

  /** A pod that the API server shows on a node; replaces what was assumed of it. */
  placePod(pod: PodInfo, nodeName: string): void {
    this.removePod(pod.uid);
    this.#placed.set(pod.uid, nodeName);
    this.#put(pod, nodeName);
  }

  removePod(uid: string): void {
    const nodeName = this.#placed.get(uid) ?? this.#assumed.get(uid);
    this.#placed.delete(uid);
    this.#assumed.delete(uid);
    if (nodeName === undefined) return;
    this.#nodes.get(nodeName)?.removePod(uid);
    this.#homeless.get(nodeName)?.delete(uid);
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

  isAssumed(uid: string): boolean {
    return this.#assumed.has(uid);
  }

  #put(pod: PodInfo, nodeName: string): void {
    const node = this.#nodes.get(nodeName);
    if (node) return node.addPod(pod);
    const homeless = this.#homeless.get(nodeName) ?? new Map<string, PodInfo>();
    this.#homeless.set(nodeName, homeless.set(pod.uid, pod));
  }
}
