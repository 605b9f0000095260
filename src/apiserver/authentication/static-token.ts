import { AUTHENTICATED_GROUP, type UserInfo } from '../user.ts';
import type { Authenticator } from './authenticator.ts';

/** Tokens known in advance, each with its user; `system:authenticated` is added. */
export function createStaticTokenAuthenticator(tokens: ReadonlyMap<string, UserInfo>): Authenticator {
  return {
    async authenticate({ token }) {
      const user = token === undefined ? undefined : tokens.get(token);
      return user && { user: { ...user, groups: [...user.groups, AUTHENTICATED_GROUP] } };
    },
  };
}
