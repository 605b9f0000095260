import type { Node } from '#api/core/v1/node.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { NodeInfo } from '../../state/node-info.ts';

/** Which nodes hold which images, and how large they are. Current by the node objects themselves. */
export class ImageIndex {
  readonly #sizes = new Map<number, { readonly node: Node; readonly images: ReadonlyMap<string, number> }>();
  readonly #holders = new Map<string, number>();
  readonly #state: ClusterState;
  #isStale = true;
  #version = 0;

  constructor(state: ClusterState) {
    this.#state = state;
    state.observe({
      nodeEntered: () => {
        this.#isStale = true;
      },
      nodeReplaced: (node) => this.#check(node),
      nodeLeft: () => {
        this.#isStale = true;
      },
    });
  }

  /** Grows when any node gets or loses images, or comes or goes. */
  get version(): number {
    this.#refresh();
    return this.#version;
  }

  sizeOn(image: string, { slot }: NodeInfo): number {
    return this.#sizes.get(slot)?.images.get(image) ?? 0;
  }

  /** How many nodes hold an image. */
  holders(image: string): number {
    this.#refresh();
    return this.#holders.get(image) ?? 0;
  }

  #check({ slot, node }: NodeInfo): void {
    this.#isStale ||= !deepEqual(this.#sizes.get(slot)?.node.status?.images ?? [], node.status?.images ?? []);
  }

  #refresh(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#version++;
    this.#holders.clear();
    const slots = new Set<number>();
    for (const { slot, node } of this.#state.list()) {
      slots.add(slot);
      let known = this.#sizes.get(slot);
      if (known?.node.status?.images !== node.status?.images || known === undefined) {
        known = { node, images: imagesOf(node) };
        this.#sizes.set(slot, known);
      }
      for (const image of known.images.keys()) this.#holders.set(image, (this.#holders.get(image) ?? 0) + 1);
    }
    for (const slot of [...this.#sizes.keys()]) if (!slots.has(slot)) this.#sizes.delete(slot);
  }
}

const imagesOf = ({ status }: Node): Map<string, number> =>
  new Map((status?.images ?? []).flatMap(({ names = [], sizeBytes = 0 }) => names.map((name) => [name, sizeBytes])));
