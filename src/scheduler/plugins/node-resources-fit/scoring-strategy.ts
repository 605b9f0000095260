import { MAX_NODE_SCORE } from '../../framework/plugin.ts';

export interface ResourceWeight {
  readonly name: string;
  readonly weight: number;
}

/** A point of the curve that says what a utilization (0…100) is worth (0…10). */
export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}

export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources: readonly ResourceWeight[];
  readonly requestedToCapacityRatio?: { readonly shape: readonly ShapePoint[] };
}

/** What one resource is worth when this much of it is taken. */
type Worth = (requested: number, capacity: number) => number;

/**
 * A scorer of what would be requested of each resource and what there is. Resources that a node does not have are left
 * out of the weighted mean.
 */
export function resourceScorer({
  type,
  resources,
  requestedToCapacityRatio,
}: ScoringStrategy): (requested: readonly number[], capacity: readonly number[]) => number {
  const isRatio = type === 'RequestedToCapacityRatio';
  const worth = isRatio ? byRatio(requestedToCapacityRatio?.shape ?? []) : type === 'MostAllocated' ? most : least;
  return (requested, capacity) => {
    let sum = 0;
    let weights = 0;
    for (let index = 0; index < resources.length; index++) {
      if (capacity[index] === 0) continue;
      const weight = (resources[index] as ResourceWeight).weight;
      const score = worth(requested[index] as number, capacity[index] as number);
      if (isRatio && score <= 0) continue;
      sum += score * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return isRatio ? Math.round(sum / weights) : Math.floor(sum / weights);
  };
}

const least: Worth = (requested, capacity) =>
  requested > capacity ? 0 : Math.floor(((capacity - requested) * MAX_NODE_SCORE) / capacity);

const most: Worth = (requested, capacity) => Math.floor((Math.min(requested, capacity) * MAX_NODE_SCORE) / capacity);

/** The highest score of a shape; scaled up to that of nodes. */
const MAX_SHAPE_SCORE = 10;

function byRatio(shape: readonly ShapePoint[]): Worth {
  const points = shape.map(({ utilization, score }) => ({
    utilization,
    score: score * (MAX_NODE_SCORE / MAX_SHAPE_SCORE),
  }));
  const at = (utilization: number): number => {
    for (const [index, point] of points.entries()) {
      if (utilization > point.utilization) continue;
      const before = points[index - 1];
      if (before === undefined) return point.score;
      const rise = (point.score - before.score) * (utilization - before.utilization);
      return before.score + Math.trunc(rise / (point.utilization - before.utilization));
    }
    return points.at(-1)?.score ?? 0;
  };
  return (requested, capacity) => at(requested > capacity ? 100 : Math.floor((requested * 100) / capacity));
}
