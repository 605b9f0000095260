import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import type { Clock } from '#base/clock.ts';

/** From this size on, what the collector saves by waiting costs more memory than people have to spare. */
const LARGE_BYTES = 256 * 2 ** 20;
/** How much a large heap grows until all of it is collected again; by itself it may double. */
const GROWTH_PERCENT = 30;
const LOOK_MS = 5000;

/** Where the heap is looked at and told how to grow. */
export interface HeapControl {
  readonly usedBytes: () => number;
  readonly growBy: (percent: number) => void;
}

const ownHeap: HeapControl = {
  usedBytes: () => getHeapStatistics().used_heap_size,
  growBy: (percent) => setFlagsFromString(`--heap-growing-percent=${percent}`),
};

/** Lets a large cluster's heap grow in small steps, once it is large. Resolves then, or when the signal aborts. */
export async function boundHeapGrowth(clock: Clock, signal: AbortSignal, heap: HeapControl = ownHeap): Promise<void> {
  while (!signal.aborted) {
    if (heap.usedBytes() > LARGE_BYTES) return heap.growBy(GROWTH_PERCENT);
    // Ends with the signal, by which the loop ends, too.
    await clock.sleep(LOOK_MS, signal).catch(() => {});
  }
}
