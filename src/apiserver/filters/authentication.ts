import type { Cell } from '#base/metrics/metric-registry.ts';
import type { RequestAuthenticator } from '../authentication/request-authenticator.ts';
import type { Filter } from './filter.ts';
import type { RequestContext } from './request-context.ts';

/** Counts of credentials that were accepted and refused. */
export interface AuthenticationAttempts {
  readonly success: Cell;
  readonly failure: Cell;
}

/** Finds out who makes a request. */
export const authentication =
  (
    authenticate: RequestAuthenticator,
    attempts: AuthenticationAttempts,
    onRefused?: (context: RequestContext, error: unknown) => void,
  ): Filter =>
  (next) =>
  async (context) => {
    try {
      context.user = await authenticate(context);
    } catch (error) {
      attempts.failure.inc();
      onRefused?.(context, error);
      throw error;
    }
    attempts.success.inc();
    return next(context);
  };
