import type { Clock } from '#base/clock.ts';
import { deferred } from '#base/deferred.ts';
import { newBadRequest, StatusError } from '#machinery/errors/status-error.ts';
import { DurationError, parseDuration } from '#machinery/objects/duration.ts';
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
export const requestTimeout =
  (options: RequestTimeoutOptions): Filter =>
  (next) =>
  (context) => {
    if (context.isLongRunning) return next(context);
    const timeout = timeoutOf(context.query.get('timeout'));
    if (typeof timeout === 'number') return endInTime(context, next, { ...options, timeout });
    const refusal = newBadRequest(`invalid timeout specified in the request URL - ${timeout.fault}`);
    options.onRefused?.(context, refusal, refusal.message);
    return Promise.reject(refusal);
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
async function endInTime(
  context: RequestContext,
  next: Handler,
  { clock, timeout, onLate }: RequestTimeoutOptions & { readonly timeout: number },
): Promise<void> {
  const late = deferred();
  const timer = clock.setTimer(context.receivedAt + timeout - clock.now(), () => {
    if (context.endLate()) late.resolve();
  });
  const answered = next(context).finally(() => timer.cancel());
  await Promise.race([answered, late.promise]);
  if (!context.isLate) return;
  answered.then(
    () => onLate?.(false),
    (error) => onLate?.(!(error instanceof StatusError)),
  );
}
