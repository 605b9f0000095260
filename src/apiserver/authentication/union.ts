import { newUnauthorized } from '#machinery/errors/status-error.ts';
import { anonymousUser } from '../user.ts';
import type { AuthenticationResult, Authenticator, Credentials } from './authenticator.ts';

/**
 * Asks each authenticator in turn; what one calls invalid, a later one may still accept. No credentials at all make the
 * anonymous user; credentials that nobody accepts are refused with 401.
 */
export function createUnionAuthenticator(authenticators: readonly Authenticator[]) {
  return async (credentials: Credentials): Promise<AuthenticationResult> => {
    let invalid = false;
    for (const authenticator of authenticators) {
      const result = await authenticator.authenticate(credentials);
      if (result === 'invalid') invalid = true;
      else if (result !== undefined) return result;
    }
    if (invalid || credentials.token !== undefined) throw newUnauthorized();
    return { user: anonymousUser };
  };
}
