import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';

/** An object in the graph of owners, by its uid. */
export interface GraphNode {
  readonly uid: string;
  readonly definition: AnyResourceDefinition;
  readonly object: KubernetesObject;
}

/** Who owns whom, as far as the informers know. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** Objects that name this uid among their owners. */
  dependentsOf(uid: string): GraphNode[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((one) => this.#nodes.get(one) ?? []);
  }

  set(definition: AnyResourceDefinition, object: KubernetesObject): void {
    const uid = object.metadata?.uid ?? '';
    const old = this.#nodes.get(uid);
    this.#nodes.set(uid, { uid, definition, object });
    if (old?.object.metadata?.ownerReferences === object.metadata?.ownerReferences) return;
    if (old) this.#unlink(old);
    for (const owner of object.metadata?.ownerReferences ?? []) {
      const dependents = this.#dependents.get(owner.uid) ?? new Set();
      this.#dependents.set(owner.uid, dependents.add(uid));
    }
  }

  delete(uid: string): void {
    const node = this.#nodes.get(uid);
    if (node) this.#unlink(node);
    this.#nodes.delete(uid);
  }

  #unlink({ uid, object }: GraphNode): void {
    for (const owner of object.metadata?.ownerReferences ?? []) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
  }
}
