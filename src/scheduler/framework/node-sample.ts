const LEAST_NODES = 100;
const LEAST_PERCENTAGE = 5;

/**
 * After how many fitting nodes the search ends. Small clusters are searched whole; of larger ones a share that shrinks
 * as they grow, unless a percentage is asked for.
 */
export function feasibleNodesToFind(nodes: number, percentage = 0): number {
  if (nodes < LEAST_NODES) return nodes;
  const share = percentage === 0 ? Math.max(50 - Math.floor(nodes / 125), LEAST_PERCENTAGE) : percentage;
  return Math.max(Math.floor((nodes * share) / 100), LEAST_NODES);
}
