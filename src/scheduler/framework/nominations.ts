import type { ClusterState } from '../state/cluster-state.ts';
import type { PodInfo } from '../state/pod-info.ts';

/** Pods that wait for room that was made for them, by the node on which it was. */
export class Nominations {
  readonly #state: ClusterState;
  readonly #byNode = new Map<string, Map<string, PodInfo>>();
  readonly #nodes = new Map<string, string>();

  constructor(state: ClusterState) {
    this.#state = state;
  }

  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }

  /** The pods that are nominated to a node, by uid; undefined when there are none. */
  on(nodeName: string): ReadonlyMap<string, PodInfo> | undefined {
    return this.#byNode.get(nodeName);
  }

  nodeOf(uid: string): string | undefined {
    return this.#nodes.get(uid);
  }

  /** Nominates a pod; '' takes its nomination back. */
  set(pod: PodInfo, nodeName: string): void {
    const known = this.#nodes.get(pod.uid);
    if (known === nodeName && this.#byNode.get(nodeName)?.get(pod.uid)?.class === pod.class) {
      // What this scheduler has told comes back to it.
      this.#byNode.get(nodeName)?.set(pod.uid, pod);
      return;
    }
    this.delete(pod.uid);
    if (nodeName === '') return;
    this.#nodes.set(pod.uid, nodeName);
    const pods = this.#byNode.get(nodeName) ?? new Map<string, PodInfo>();
    this.#byNode.set(nodeName, pods.set(pod.uid, pod));
    this.#touch(nodeName);
  }

  delete(uid: string): void {
    const nodeName = this.#nodes.get(uid);
    if (nodeName === undefined) return;
    this.#nodes.delete(uid);
    const pods = this.#byNode.get(nodeName);
    pods?.delete(uid);
    if (pods?.size === 0) this.#byNode.delete(nodeName);
    this.#touch(nodeName);
  }

  /** Filters count nominated pods: what they said of the node is out of date. */
  #touch(nodeName: string): void {
    const node = this.#state.get(nodeName);
    if (node) this.#state.touch(node.slot);
  }
}
