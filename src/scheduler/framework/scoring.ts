import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { ClassResults, LocalScorers, WeightedPlugin } from './class-results.ts';
import type { Cycle } from './plugin.ts';

/** Nodes that a pod fits on, with what is known of its class there. */
export interface FittingNodes {
  /** Valid until the next search. */
  readonly slots: Int32Array;
  readonly shared?: ClassResults;
}

const NO_SLOTS = new Int32Array(0);

/** Scores nodes by all plugins of a profile, asking local ones only where they were not asked for the pod's class before. */
export class Scoring {
  readonly #state: ClusterState;
  readonly #local: readonly WeightedPlugin[];
  readonly #wide: readonly WeightedPlugin[];
  #totals = new Float64Array(0);
  #scores = new Float64Array(0);

  constructor(plugins: readonly WeightedPlugin[], state: ClusterState) {
    const scorers = plugins.filter(({ plugin, weight }) => (plugin.score || plugin.scoreAll) && weight > 0);
    this.#state = state;
    this.#local = scorers.filter(({ plugin }) => plugin.isLocal);
    this.#wide = scorers.filter(({ plugin }) => !plugin.isLocal);
  }

  /** The local plugins that score pods of the cycle's class. */
  localScorers(cycle: Cycle): LocalScorers {
    const asked = this.#local.filter(({ plugin }) => plugin.preScore?.(cycle, NO_SLOTS)?.code !== 'Skip');
    return {
      plain: asked.filter(({ plugin }) => !plugin.normalize),
      compared: asked.filter(({ plugin }) => plugin.normalize),
    };
  }

  /** Whether only local plugins score the cycle's pod. */
  isLocal(cycle: Cycle): boolean {
    return this.#wide.every(({ plugin }) => plugin.preScore?.(cycle, NO_SLOTS)?.code === 'Skip');
  }

  /** Notes what local plugins make of a node on which pods of the cycle's class fit. */
  note(cycle: Cycle, node: NodeInfo, shared: ClassResults): void {
    const { scorers, compared, common } = shared;
    let sum = 0;
    for (const { plugin, weight } of scorers.plain) sum += weight * (plugin.score?.(cycle, node) ?? 0);
    shared.accept(node.slot, sum);
    for (let index = 0; index < compared.length; index++) {
      const score = scorers.compared[index]?.plugin.score?.(cycle, node) ?? 0;
      (compared[index] as Float64Array)[node.slot] = score;
      common[index] = (common[index] ?? score) === score ? score : Number.NaN;
    }
  }

  /** The sum of weighted scores of each node, in their order; valid until the next call. */
  score(cycle: Cycle, { slots, shared }: FittingNodes): Float64Array {
    const totals = this.#open(slots.length);
    if (shared) this.#addShared(cycle, { slots, shared }, totals);
    else for (const each of this.#local) this.#ask(cycle, slots, { ...each, totals });
    for (const each of this.#wide) this.#ask(cycle, slots, { ...each, totals });
    return totals;
  }

  #addShared(cycle: Cycle, { slots, shared }: Required<FittingNodes>, totals: Float64Array): void {
    const { plain, scorers, compared, common } = shared;
    for (let index = 0; index < slots.length; index++) totals[index] = plain[slots[index] as number] as number;
    for (const [which, { plugin, weight }] of scorers.compared.entries()) {
      // Where all nodes got the same, one stands for all.
      const all = common[which] ?? Number.NaN;
      const scores = this.#scores.subarray(0, Number.isNaN(all) ? slots.length : 1);
      const row = compared[which] as Float64Array;
      for (let index = 0; index < scores.length; index++) scores[index] = row[slots[index] as number] as number;
      plugin.normalize?.(cycle, scores);
      if (scores.length === slots.length) addWeighted(totals, scores, weight);
      else if (scores[0] !== 0) addToAll(totals, weight * (scores[0] as number));
    }
  }

  #ask(
    cycle: Cycle,
    slots: Int32Array,
    { plugin, weight, totals }: WeightedPlugin & { readonly totals: Float64Array },
  ): void {
    if (plugin.preScore?.(cycle, slots)?.code === 'Skip') return;
    const scores = this.#scores.subarray(0, slots.length);
    if (plugin.scoreAll) plugin.scoreAll(cycle, slots, scores);
    else {
      for (let index = 0; index < slots.length; index++) {
        const node = this.#state.at(slots[index] as number);
        scores[index] = node ? (plugin.score?.(cycle, node) ?? 0) : 0;
      }
    }
    plugin.normalize?.(cycle, scores);
    addWeighted(totals, scores, weight);
  }

  /** Totals of nothing yet, and room for as many scores. */
  #open(count: number): Float64Array {
    if (this.#totals.length < count) {
      this.#totals = new Float64Array(2 * count);
      this.#scores = new Float64Array(2 * count);
    }
    return this.#totals.subarray(0, count).fill(0);
  }
}

function addWeighted(totals: Float64Array, scores: Float64Array, weight: number): void {
  for (let index = 0; index < totals.length; index++) {
    totals[index] = (totals[index] as number) + weight * (scores[index] as number);
  }
}

function addToAll(totals: Float64Array, amount: number): void {
  for (let index = 0; index < totals.length; index++) totals[index] = (totals[index] as number) + amount;
}
