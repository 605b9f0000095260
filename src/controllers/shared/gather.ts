const FEW = 100;
const PODS_A_MS = 100;
const MOST_MS = 500;

/**
 * How long changes of an owner's pods are gathered before it is looked at again: looking at ten thousand takes its time,
 * and is not to be done for each of them. Few are looked at at once.
 */
export const gatherMs = (pods: number): number => (pods < FEW ? 0 : Math.min(pods / PODS_A_MS, MOST_MS));
