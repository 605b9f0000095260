import type { UserInfo } from '../user.ts';
import type { TokenAuthenticator } from './authenticator.ts';

/** Tokens known in advance, each with its user. */
export function createStaticTokenAuthenticator(tokens: ReadonlyMap<string, UserInfo>): TokenAuthenticator {
  return {
    authenticateToken(token) {
      const user = tokens.get(token);
      return user && { user };
    },
  };
}
