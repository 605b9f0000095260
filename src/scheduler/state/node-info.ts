import type { Node } from '#api/core/v1/node.ts';
import type { HostPort, PodInfo } from './pod-info.ts';
import { addResources, noResources, type ResourceAmounts, resourcesOf } from './resources.ts';

/** A node and what runs on it; kept current by events. Changed only by `NodeState`. */
export class NodeInfo {
  readonly name: string;
  node: Node;
  allocatable: ResourceAmounts;
  readonly requested: ResourceAmounts = noResources();
  readonly nonZero = { milliCpu: 0, memory: 0 };
  readonly pods = new Map<string, PodInfo>();

  constructor(node: Node) {
    this.name = node.metadata?.name ?? '';
    this.node = node;
    this.allocatable = allocatableOf(node);
  }

  setNode(node: Node): void {
    this.node = node;
    this.allocatable = allocatableOf(node);
  }

  addPod(pod: PodInfo): void {
    this.removePod(pod.uid);
    this.pods.set(pod.uid, pod);
    addResources(this.requested, pod.requests);
    this.nonZero.milliCpu += pod.nonZero.milliCpu;
    this.nonZero.memory += pod.nonZero.memory;
  }

  removePod(uid: string): void {
    const pod = this.pods.get(uid);
    if (pod === undefined) return;
    this.pods.delete(uid);
    addResources(this.requested, pod.requests, -1);
    this.nonZero.milliCpu -= pod.nonZero.milliCpu;
    this.nonZero.memory -= pod.nonZero.memory;
  }

  /** Host ports that pods on this node hold. */
  *usedPorts(): Iterable<HostPort> {
    for (const pod of this.pods.values()) yield* pod.hostPorts;
  }
}

const allocatableOf = (node: Node): ResourceAmounts => resourcesOf(node.status?.allocatable ?? node.status?.capacity);
