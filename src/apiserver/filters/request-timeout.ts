import type { Clock } from '#base/clock.ts';
import type { MaybePromise } from '#base/maybe-promise.ts';
import { newBadRequest, StatusError } from '#machinery/errors/status-error.ts';
import { DurationError, parseDuration } from '#machinery/objects/duration.ts';
import { Deadlines } from './deadlines.ts';
import type { Filter, Handler } from './filter.ts';
import type { RequestContext } from './request-context.ts';

/** How long a short request may take, whatever its client says. */
const MOST_MS = 60_000;

export interface RequestTimeoutOptions {
  readonly clock: Clock;
  /** Is told of requests that are refused, with what the log says of each. */
  readonly onRefused?: ((context: RequestContext, error: unknown, message: string) => void) | undefined;
  /** Is told when somebody is through with a request that was answered in his place. */
  readonly onLate?: (hasFault: boolean) => void;
}

/**
 * Ends short requests that take longer than their `timeout`, and refuses those whose `timeout` is no duration; before
 * anybody asks whose they are, as upstream does.
 */
export const requestTimeout = (options: RequestTimeoutOptions): Filter => {
  const { clock } = options;
  const usual = { ...options, bound: boundedTogether(clock) };
  return (next) => (context) => {
    if (context.isLongRunning) return next(context);
    const timeout = timeoutOf(context.query.get('timeout'));
    if (timeout === MOST_MS) return endInTime(context, next, usual);
    if (typeof timeout === 'number')
      return endInTime(context, next, { ...options, bound: boundedAlone(clock, timeout) });
    const refusal = newBadRequest(`invalid timeout specified in the request URL - ${timeout.fault}`);
    options.onRefused?.(context, refusal, refusal.message);
    throw refusal;
  };
};

/** Milliseconds, or what is wrong with a text that is there and should be a duration. */
function timeoutOf(text: string | null): number | { readonly fault: string } {
  if (!text) return MOST_MS;
  try {
    const wanted = parseDuration(text);
    return wanted > 0 && wanted < MOST_MS ? wanted : MOST_MS;
  } catch (error) {
    if (error instanceof DurationError) return { fault: error.message };
    throw error;
  }
}

/** Who answers a request cannot be stopped in what it does, but nobody waits for it any longer. */
function endInTime(context: RequestContext, next: Handler, { bound, onLate }: Ending): MaybePromise<void> {
  const answered = next(context);
  if (!(answered instanceof Promise)) return answered;
  return new Promise((resolve, reject) => {
    const release = bound(() => {
      context.endLate();
      resolve();
    });
    answered.then(
      () => {
        release();
        if (context.isLate) onLate?.(false);
        resolve();
      },
      (error) => {
        release();
        if (context.isLate) onLate?.(!(error instanceof StatusError));
        reject(error);
      },
    );
  });
}

/** Calls `expire` when the time is over, unless what it answers is called before. */
type Bound = (expire: () => void) => () => void;

interface Ending extends Pick<RequestTimeoutOptions, 'onLate'> {
  readonly bound: Bound;
}

/** The usual time, of many on one timer. */
const boundedTogether = (clock: Clock): Bound => {
  const deadlines = new Deadlines(clock, MOST_MS);
  return (expire) => deadlines.add({ since: clock.monotonic(), expire });
};

const boundedAlone =
  (clock: Clock, timeout: number): Bound =>
  (expire) => {
    const timer = clock.setTimer(timeout, expire);
    return () => timer.cancel();
  };
