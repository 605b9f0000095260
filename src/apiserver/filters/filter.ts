import type { MaybePromise } from '#base/maybe-promise.ts';
import type { RequestContext } from './request-context.ts';

/**
 * Answers a request. Returns or resolves when the request is over: for watches, logs and upgraded connections when they end.
 * Filters wait for nothing that is there already.
 */
export type Handler = (context: RequestContext) => MaybePromise<void>;

/** Does one thing around the handlers behind it. Built once, so that a request costs no closures. */
export type Filter = (next: Handler) => Handler;

/** One handler out of many: the first filter sees a request first. */
export const chain = (filters: readonly Filter[], last: Handler): Handler =>
  filters.reduceRight((next, filter) => filter(next), last);
