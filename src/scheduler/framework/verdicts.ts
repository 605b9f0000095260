import type { NodeInfo } from '../state/node-info.ts';
import type { ClassResults } from './class-results.ts';
import type { Status } from './status.ts';

/** Why nodes were refused: what holds for the pod's class, and what holds for the pod itself. Valid until anything changes. */
export class Verdicts {
  readonly #shared: ClassResults | undefined;
  readonly #own: ReadonlyMap<NodeInfo, Status>;

  constructor(own: ReadonlyMap<NodeInfo, Status> = new Map(), shared?: ClassResults) {
    this.#own = own;
    this.#shared = shared;
  }

  /** How many nodes were refused. */
  get size(): number {
    return this.#own.size + (this.#shared?.refused ?? 0);
  }

  of(node: NodeInfo): Status | undefined {
    return this.#own.get(node) ?? this.#shared?.verdictOf(node.slot);
  }

  /** Each verdict, and how many nodes got it. */
  counts(): ReadonlyMap<Status, number> {
    if (this.#own.size === 0 && this.#shared) return this.#shared.counts;
    const counts = new Map(this.#shared?.counts);
    for (const status of this.#own.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
    return counts;
  }

  /** The plugins that refused nodes. */
  plugins(): Set<string> {
    const plugins = new Set<string>();
    for (const { plugin } of this.counts().keys()) plugins.add(plugin);
    return plugins;
  }
}
