import type { NodeInfo } from '../../state/node-info.ts';
import type { ChosenDevice } from './device-allocation.ts';
import type { PoolDevice } from './device-pool.ts';

/** The devices of each claim, or why there are not enough. */
export type Choice = readonly (readonly ChosenDevice[])[] | string;

interface Known {
  /** The devices there were to choose from; another array when anything about them has changed. */
  readonly free: readonly PoolDevice[];
  readonly classes: number;
  readonly choice: Choice;
}

const MAX_SPECS = 32;

/** What was chosen on each node for claims that ask for the same, as those that are made from a template do. */
export class KnownChoices {
  readonly #bySpec = new Map<string, WeakMap<NodeInfo, Known>>();

  /** What was chosen for such claims; `spec` is all that they ask for. */
  of(spec: string): WeakMap<NodeInfo, Known> {
    let known = this.#bySpec.get(spec);
    if (known === undefined) {
      if (this.#bySpec.size >= MAX_SPECS) {
        const [oldest] = this.#bySpec.keys();
        this.#bySpec.delete(oldest as string);
      }
      known = new WeakMap();
      this.#bySpec.set(spec, known);
    }
    return known;
  }
}
