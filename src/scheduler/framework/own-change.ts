import type { QueueingHint } from './plugin.ts';

/** Whether what changed is the pod itself. */
export const isItself: QueueingHint = ({ uid }, object) => object?.metadata?.uid === uid;
