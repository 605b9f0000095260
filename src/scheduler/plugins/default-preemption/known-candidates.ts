import { Heap } from '#base/heap.ts';
import type { Status } from '../../framework/status.ts';
import { Verdicts } from '../../framework/verdicts.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import { type Candidate, compareHarm } from './victims.ts';

/** What a node is to a class of preemptors; a refusal is undefined where nobody was asked or nobody has to go. */
type Known = { readonly candidate: Candidate } | { readonly refusal: Status | undefined };

/**
 * What was found for a class of preemptors on each node, by slot, for as long as neither the node nor any budget changes;
 * the candidates by how much harm they do.
 */
export class KnownCandidates {
  #known: (Known | undefined)[] = [];
  readonly #candidates = new Heap<Candidate>(compareHarm, ({ nodeName }) => nodeName);
  #cursor: number;
  #upTo = -1;
  #budgets = -1;

  /** `start`: which of the nodes to look at first. */
  constructor(start: number) {
    this.#cursor = start;
  }

  /** How many candidates there are. */
  get size(): number {
    return this.#candidates.size;
  }

  /** The candidate that does the least harm. */
  get best(): Candidate | undefined {
    return this.#candidates.peek();
  }

  /** Forgets what has changed since it was called last. */
  catchUp({ changes }: ClusterState, budgets: number): void {
    const isKept = this.#upTo >= 0 && this.#budgets === budgets;
    if (!isKept || !changes.since(this.#upTo, (slot) => this.#forget(slot))) this.#clear();
    this.#upTo = changes.last;
    this.#budgets = budgets;
  }

  /** Asks about nodes of which nothing is known, one after another, until it is enough. `ask` is to `set` what it finds. */
  explore(order: Int32Array, ask: (slot: number) => void, isEnough: () => boolean): void {
    for (let looked = 0; looked < order.length && !isEnough(); looked++) {
      if (this.#cursor >= order.length) this.#cursor = 0;
      const slot = order[this.#cursor++] as number;
      if (this.#known[slot] === undefined) ask(slot);
    }
  }

  set(slot: number, known: Known): void {
    this.#forget(slot);
    this.#known[slot] = known;
    if ('candidate' in known) this.#candidates.set(known.candidate);
  }

  /** All candidates, in the order of their nodes. */
  all(order: Int32Array): Candidate[] {
    const candidates: Candidate[] = [];
    for (const slot of order) {
      const known = this.#known[slot];
      if (known && 'candidate' in known) candidates.push(known.candidate);
    }
    return candidates;
  }

  /** Why nodes are no candidates; of all of them, after none was left unknown. */
  verdicts(state: ClusterState): Verdicts {
    const verdicts = new Map<NodeInfo, Status>();
    for (const node of state.list()) {
      const known = this.#known[node.slot];
      if (known && 'refusal' in known && known.refusal) verdicts.set(node, known.refusal);
    }
    return new Verdicts(verdicts);
  }

  #forget(slot: number): void {
    const known = this.#known[slot];
    if (known && 'candidate' in known) this.#candidates.delete(known.candidate.nodeName);
    this.#known[slot] = undefined;
  }

  #clear(): void {
    this.#known = [];
    this.#candidates.clear();
  }
}
