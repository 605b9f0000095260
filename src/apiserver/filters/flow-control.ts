import { newTooManyRequests } from '#machinery/errors/status-error.ts';
import type { Flow, FlowControl } from '../flow-control/flow-control.ts';
import { type RefusalReason, RefusedError, type Seat } from '../flow-control/queue-set.ts';
import { requestWidth } from '../flow-control/request-width.ts';
import type { ResourceTarget } from '../request.ts';
import type { Filter } from './filter.ts';
import type { RequestContext } from './request-context.ts';

/** Is told what becomes of requests; times in seconds. */
export interface FlowObserver {
  dispatched(flow: Flow, waited: number): void;
  refused(flow: Flow, reason: RefusalReason, waited: number): void;
  finished(flow: Flow, seconds: number): void;
}

export interface FlowControlFilterOptions {
  readonly flowControl: FlowControl;
  /** How many objects of a resource there are. */
  readonly count: (target: ResourceTarget) => number;
  readonly observer?: FlowObserver;
  /** Milliseconds on a monotonic scale. */
  readonly monotonic: () => number;
}

const RETRY_AFTER_SECONDS = 1;

/** Lets requests begin when it is their turn. What runs long holds its seat only until it has begun. */
export const flowControlled =
  (options: FlowControlFilterOptions): Filter =>
  (next) =>
  async (context) => {
    const { flowControl } = options;
    const flow = flowControl.classify(context);
    context.setHeader('x-kubernetes-pf-flowschema-uid', flow.schema.metadata?.uid ?? '');
    context.setHeader('x-kubernetes-pf-prioritylevel-uid', flow.level.uid);
    if (context.isLongRunning && context.target?.verb !== 'watch') return next(context);
    const seat = await enter(context, flow, options);
    context.releaseSeat = () => seat.release();
    const startedAt = options.monotonic();
    try {
      await next(context);
    } finally {
      seat.release();
      options.observer?.finished(flow, (options.monotonic() - startedAt) / 1000);
    }
  };

async function enter(
  context: RequestContext,
  flow: Flow,
  { flowControl, count, observer, monotonic }: FlowControlFilterOptions,
): Promise<Seat> {
  const width = requestWidth(context, { count, levelSeats: flow.level.bounds.nominal });
  const arrivedAt = monotonic();
  try {
    const seat = await flowControl.enter(flow, width, context);
    observer?.dispatched(flow, (monotonic() - arrivedAt) / 1000);
    return seat;
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    observer?.refused(flow, error.reason, (monotonic() - arrivedAt) / 1000);
    throw newTooManyRequests('Too many requests, please try again later.', RETRY_AFTER_SECONDS);
  }
}
