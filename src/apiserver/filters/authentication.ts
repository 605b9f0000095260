import type { RequestAuthenticator } from '../authentication/request-authenticator.ts';
import type { AccessMetrics } from '../metrics/access-metrics.ts';
import type { Filter } from './filter.ts';
import type { RequestContext } from './request-context.ts';

/** Finds out who makes a request. */
export const authentication =
  (
    authenticate: RequestAuthenticator,
    metrics: AccessMetrics,
    onRefused?: (context: RequestContext, error: unknown) => void,
  ): Filter =>
  (next) =>
  async (context) => {
    const startedAt = metrics.now();
    const { certificate } = context;
    if (certificate) metrics.shown(certificate.validUntil);
    try {
      context.user = await authenticate(context);
    } catch (error) {
      metrics.unknown(certificate !== undefined || context.header('authorization') !== '', startedAt);
      onRefused?.(context, error);
      throw error;
    }
    metrics.authenticated(context.user.name, startedAt);
    return next(context);
  };
