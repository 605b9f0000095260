import type { WeightedPlugin } from './class-results.ts';
import type { GroupCycle, Placement } from './placement.ts';
import type { Plugin } from './plugin.ts';

/** Scores sets of nodes for groups of pods. */
export class PlacementScoring {
  readonly #scorers: readonly Plugin[];
  readonly #weights: readonly number[];

  constructor(plugins: readonly WeightedPlugin[], scorers: readonly Plugin[]) {
    this.#scorers = scorers;
    this.#weights = scorers.map((scorer) => plugins.find(({ plugin }) => plugin === scorer)?.weight ?? 1);
  }

  /** What each plugin says of a placement. */
  score(cycle: GroupCycle, placement: Placement): readonly number[] {
    return this.#scorers.map((plugin) => plugin.scorePlacement?.(cycle, placement) ?? 0);
  }

  /** The weighted sums for several placements. */
  sums(scores: readonly (readonly number[])[]): Float64Array {
    const sums = new Float64Array(scores.length);
    for (const [which, plugin] of this.#scorers.entries()) {
      const own = Float64Array.from(scores, (each) => each[which] ?? 0);
      plugin.normalizePlacements?.(own);
      for (const [index, score] of own.entries()) {
        sums[index] = (sums[index] as number) + score * (this.#weights[which] as number);
      }
    }
    return sums;
  }
}
