import type { Node } from '#api/core/v1/node.ts';
import type { HostPort } from './pod-class.ts';
import type { PodInfo } from './pod-info.ts';

/** A node and the pods on it. Changed only by `ClusterState`; its resources are in the table, in row `slot`. */
export class NodeInfo {
  readonly name: string;
  readonly slot: number;
  node: Node;
  readonly pods = new Map<string, PodInfo>();

  constructor(node: Node, slot: number) {
    this.name = node.metadata?.name ?? '';
    this.slot = slot;
    this.node = node;
  }

  /** Host ports that pods on this node hold. */
  *usedPorts(): Iterable<HostPort> {
    for (const pod of this.pods.values()) yield* pod.class.hostPorts;
  }
}
