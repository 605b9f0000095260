import type { RequestAuthenticator } from '../authentication/request-authenticator.ts';
import type { Filter } from './filter.ts';

/** Finds out who makes a request, impersonation applied. */
export const authentication =
  (authenticate: RequestAuthenticator): Filter =>
  (next) =>
  async (context) => {
    context.user = await authenticate(context);
    return next(context);
  };
