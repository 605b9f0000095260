import type { ClusterState } from '../state/cluster-state.ts';
import type { PodClass } from '../state/pod-class.ts';
import type { Status } from './status.ts';

/** How many classes are remembered; those used longest ago go first. */
const MAX_CLASSES = 64;

/**
 * What local plugins said of each node for pods of one class, with the generation of the node for which it was said.
 * Placing a pod makes the results of one node stale, for every class.
 */
export class NodeResults {
  #generations = new Float64Array(0);
  #verdicts: (Status | undefined)[] = [];
  /** A row of scores a plugin, by slot. */
  scores: Float64Array[] = [];
  readonly #scorers: number;

  constructor(scorers: number) {
    this.#scorers = scorers;
  }

  /** Makes room for every slot there is. */
  fit(slots: number): void {
    if (slots <= this.#generations.length) return;
    const size = Math.max(64, 2 * this.#generations.length, slots);
    const grown = (old: Float64Array) => {
      const array = new Float64Array(size);
      array.set(old);
      return array;
    };
    this.#generations = grown(this.#generations);
    this.scores = Array.from({ length: this.#scorers }, (_, index) => grown(this.scores[index] ?? new Float64Array(0)));
  }

  isCurrent(slot: number, generation: number): boolean {
    return this.#generations[slot] === generation;
  }

  verdictOf(slot: number): Status | undefined {
    return this.#verdicts[slot];
  }

  set(slot: number, generation: number, verdict: Status | undefined): void {
    this.#generations[slot] = generation;
    this.#verdicts[slot] = verdict;
  }
}

/** Results by class; for classes of which more than one pod comes. */
export class SharedResults {
  readonly #byClass = new Map<PodClass, NodeResults>();
  /** Classes of which one pod was seen. */
  #seen = new Set<PodClass>();
  readonly #scorers: number;

  constructor(scorers: number) {
    this.#scorers = scorers;
  }

  /** What is known of a class; undefined when it may be the only pod of its class. */
  of(podClass: PodClass, state: ClusterState): NodeResults | undefined {
    let results = this.#byClass.get(podClass);
    if (results === undefined) {
      if (!this.#seen.delete(podClass)) {
        if (this.#seen.size >= MAX_CLASSES) this.#seen = new Set();
        this.#seen.add(podClass);
        return undefined;
      }
      if (this.#byClass.size >= MAX_CLASSES) {
        const [oldest] = this.#byClass.keys();
        this.#byClass.delete(oldest as PodClass);
      }
      results = new NodeResults(this.#scorers);
    } else this.#byClass.delete(podClass);
    this.#byClass.set(podClass, results);
    results.fit(state.slots);
    return results;
  }

  /** The same, without counting as a use. */
  peek(podClass: PodClass): NodeResults | undefined {
    return this.#byClass.get(podClass);
  }
}
