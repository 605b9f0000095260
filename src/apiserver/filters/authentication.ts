import { recovering, whenThere } from '#base/maybe-promise.ts';
import { isTokenTooFar } from '../authentication/bearer-token.ts';
import type { RequestAuthenticator } from '../authentication/request-authenticator.ts';
import type { AccessMetrics } from '../metrics/access-metrics.ts';
import { UNAUTHENTICATED_GROUP } from '../user.ts';
import type { Filter } from './filter.ts';
import type { RequestContext } from './request-context.ts';

const TOO_FAR = 'the provided Authorization header contains extra space before the bearer token, and is ignored';

/** Finds out who makes a request. */
export const authentication =
  (
    authenticate: RequestAuthenticator,
    metrics: AccessMetrics,
    onRefused?: (context: RequestContext, error: unknown) => void,
  ): Filter =>
  (next) =>
  (context) => {
    const startedAt = metrics.now();
    const { certificate } = context;
    if (certificate) metrics.shown(certificate.validUntil);
    if (!certificate && isTokenTooFar(context)) context.warnings.push(TOO_FAR);
    const user = recovering(
      () => authenticate(context),
      (error) => {
        metrics.unknown(certificate !== undefined || context.header('authorization') !== '', startedAt);
        onRefused?.(context, error);
        context.closeConnection();
        throw error;
      },
    );
    return whenThere(user, (known) => {
      context.user = known;
      // Connections with many requests at once are for those who say who they are.
      if (known.groups.includes(UNAUTHENTICATED_GROUP)) context.closeConnection();
      context.latencies.authentication = metrics.authenticated(known.name, startedAt);
      return next(context);
    });
  };
