import { MAX_NODE_SCORE, type Plugin } from '../../framework/plugin.ts';

/** Prefers nodes on which CPU and memory would be used to the same degree. */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  score({ pod }, { allocatable, requested }) {
    const cpu = fraction(requested.milliCpu + pod.requests.milliCpu, allocatable.milliCpu);
    const memory = fraction(requested.memory + pod.requests.memory, allocatable.memory);
    // The standard deviation of two numbers is half their distance.
    return Math.floor((1 - Math.abs(cpu - memory) / 2) * MAX_NODE_SCORE);
  },
};

const fraction = (used: number, capacity: number): number => (capacity === 0 ? 0 : Math.min(1, used / capacity));
