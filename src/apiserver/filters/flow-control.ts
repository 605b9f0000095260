import type { Clock } from '#base/clock.ts';
import { finishing, type MaybePromise, recovering, whenThere } from '#base/maybe-promise.ts';
import type { Flow, FlowControl } from '../flow-control/flow-control.ts';
import { type RefusalReason, RefusedError, type Seat } from '../flow-control/queue-set.ts';
import { RefusedRequests } from '../flow-control/refused-requests.ts';
import { requestWidth, type WidthSource } from '../flow-control/request-width.ts';
import { WatchCounts } from '../flow-control/watch-counts.ts';
import type { Filter, Handler } from './filter.ts';
import type { RequestContext } from './request-context.ts';

/** Is told what becomes of requests; times in seconds. */
export interface FlowObserver {
  dispatched(flow: Flow, waited: number): void;
  refused(flow: Flow, reason: RefusalReason, waited: number): void;
  finished(flow: Flow, seconds: number): void;
}

export interface FlowControlFilterOptions {
  readonly flowControl: FlowControl;
  readonly stored: WidthSource['stored'];
  readonly observer?: FlowObserver;
  readonly clock: Clock;
}

/** Lets requests begin when it is their turn. What runs long holds its seat only until it has begun. */
export const flowControlled = (options: FlowControlFilterOptions): Filter => {
  const gate = new Gate(options);
  return (next) => (context) => gate.pass(context, next);
};

class Gate {
  readonly #options: FlowControlFilterOptions;
  readonly #watches = new WatchCounts();
  readonly #refused: RefusedRequests;

  constructor(options: FlowControlFilterOptions) {
    this.#options = options;
    this.#refused = new RefusedRequests(options.clock);
  }

  pass(context: RequestContext, next: Handler): MaybePromise<void> {
    const flow = this.#options.flowControl.classify(context);
    if (context.isLongRunning && !isWatch(context)) return next(context);
    context.setHeader('x-kubernetes-pf-flowschema-uid', flow.schema.metadata?.uid ?? '');
    context.setHeader('x-kubernetes-pf-prioritylevel-uid', flow.level.uid);
    return whenThere(this.#enter(context, flow), (seat) =>
      seat === undefined
        ? refuse(context, this.#refused.retryAfter(flow.level.name))
        : this.#begin(context, next, { flow, seat }),
    );
  }

  #begin(context: RequestContext, next: Handler, { flow, seat }: Admitted): MaybePromise<void> {
    const { observer, clock } = this.#options;
    const { target, query } = context;
    const forget = target && isWatch(context) ? this.#watches.add(target, query) : undefined;
    context.releaseSeat = () => seat.release();
    const startedAt = clock.monotonic();
    return finishing(
      () => next(context),
      () => {
        forget?.();
        seat.release();
        observer?.finished(flow, (clock.monotonic() - startedAt) / 1000);
      },
    );
  }

  /** Undefined when there is no seat for a request. */
  #enter(context: RequestContext, flow: Flow): MaybePromise<Seat | undefined> {
    const { flowControl, stored, observer, clock } = this.#options;
    const { bounds, queueSet } = flow.level;
    const { seats, additionalMs } = requestWidth(context, {
      stored,
      watches: (target) => this.#watches.concerning(target),
      level: { seats: bounds.nominal, handSize: queueSet.limits.queuing?.handSize },
    });
    const arrivedAt = clock.monotonic();
    let isQueued = false;
    /** Milliseconds; whoever's turn it is at once has not waited. */
    const waited = (): number => {
      const time = clock.monotonic() - arrivedAt;
      if (isQueued) context.latencies.queue = time;
      return time;
    };
    const entered = recovering<Seat | undefined>(
      () =>
        whenThere(flowControl.enter(flow, seats, context), (seat) => {
          const seconds = waited() / 1000;
          observer?.dispatched(flow, seconds);
          return additionalMs === 0 ? seat : keptOn(seat, additionalMs, clock);
        }),
      (error) => {
        if (!(error instanceof RefusedError)) throw error;
        const seconds = waited() / 1000;
        observer?.refused(flow, error.reason, seconds);
        return undefined;
      },
    );
    isQueued = true;
    return entered;
  }
}

interface Admitted {
  readonly flow: Flow;
  readonly seat: Seat;
}

const isWatch = ({ target }: RequestContext): boolean => target?.verb === 'watch';

/** A seat that stays occupied for a while after its request is answered. */
const keptOn = (seat: Seat, milliseconds: number, clock: Clock): Seat => ({
  release: () => void clock.setTimer(milliseconds, () => seat.release()),
});

const TOO_MANY = new TextEncoder().encode('Too many requests, please try again later.\n');

/** Plain text, as upstream has it: refusing must cost next to nothing. */
function refuse(context: RequestContext, retryAfter: number): void {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'retry-after': String(retryAfter),
  };
  context.isTerminated = true;
  context.respond(429, headers, TOO_MANY);
}
