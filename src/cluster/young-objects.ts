import { setFlagsFromString } from 'node:v8';

/** Of the engine: what is allocated at a place whose objects often lived long is made among the old ones at once. */
export const PRETENURING = 'allocation-site-pretenuring';

/**
 * Lets everything begin as a young object. While hundreds of writes wait for the disk, what belongs to them lives long enough that
 * the engine would make such things old from birth; each then keeps what it points to until all of the heap is collected.
 */
export const keepObjectsYoung = (): void => setFlagsFromString(`--no-${PRETENURING}`);
