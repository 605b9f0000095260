import { newBadRequest } from '#machinery/errors/status-error.ts';
import { DurationError, parseDurationNanos } from '#machinery/objects/duration.ts';
import type { Filter } from './filter.ts';
import type { RequestContext } from './request-context.ts';

/**
 * Refuses short requests whose `timeout` is no duration; before anybody asks whose they are, as upstream does.
 * `onRefused` is told with what the log says of it.
 */
export const requestTimeout =
  (onRefused?: (context: RequestContext, error: unknown, message: string) => void): Filter =>
  (next) =>
  (context) => {
    const error = context.isLongRunning ? undefined : durationError(context.query.get('timeout'));
    if (error === undefined) return next(context);
    const refusal = newBadRequest(`invalid timeout specified in the request URL - ${error}`);
    onRefused?.(context, refusal, refusal.message);
    return Promise.reject(refusal);
  };

/** What is wrong with a text that is there and should be a duration. */
function durationError(text: string | null): string | undefined {
  if (!text) return undefined;
  try {
    parseDurationNanos(text);
    return undefined;
  } catch (error) {
    if (error instanceof DurationError) return error.message;
    throw error;
  }
}
