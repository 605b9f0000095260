import {
  type AuthenticationFailure,
  type AuthenticationOutcome,
  isFailure,
  type TokenAuthenticator,
} from './authenticator.ts';

/** Asks each in turn; what one refuses, a later one may still accept. */
export function createTokenUnion(authenticators: readonly TokenAuthenticator[]): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences) {
      const errors: string[] = [];
      let annotations: AuthenticationFailure['annotations'];
      for (const authenticator of authenticators) {
        const outcome = await authenticator.authenticateToken(token, audiences);
        if (isFailure(outcome)) {
          errors.push(outcome.error);
          annotations ??= outcome.annotations;
        } else if (outcome !== undefined) return outcome;
      }
      return { error: joinErrors(['invalid bearer token', ...errors]), ...(annotations ? { annotations } : {}) };
    },
  };
}

/** Several errors as one text; each once. */
export function joinErrors(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] as string) : `[${distinct.join(', ')}]`;
}

/** For tokens that are for nobody in particular: they are for the API server's own audiences. */
export function withOwnAudiences(authenticator: TokenAuthenticator, own: readonly string[]): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences): Promise<AuthenticationOutcome> {
      const common = own.filter((audience) => audiences.includes(audience));
      if (common.length === 0) return undefined;
      const outcome = await authenticator.authenticateToken(token, audiences);
      return outcome === undefined || isFailure(outcome) ? outcome : { ...outcome, audiences: common };
    },
  };
}
