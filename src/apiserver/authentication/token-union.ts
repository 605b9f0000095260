import { firstSettled, whenThere } from '#base/maybe-promise.ts';
import {
  type AuthenticationFailure,
  type AuthenticationOutcome,
  type AuthenticationResult,
  isFailure,
  type TokenAuthenticator,
} from './authenticator.ts';

/** Asks each in turn; what one refuses, a later one may still accept. */
export function createTokenUnion(authenticators: readonly TokenAuthenticator[]): TokenAuthenticator {
  return {
    authenticateToken(token, audiences) {
      const failures: AuthenticationFailure[] = [];
      const settle = (outcome: AuthenticationOutcome): AuthenticationResult | undefined => {
        if (!isFailure(outcome)) return outcome;
        failures.push(outcome);
        return undefined;
      };
      const known = firstSettled(authenticators, (each) => each.authenticateToken(token, audiences), settle);
      return whenThere(known, (result): AuthenticationOutcome => result ?? failureOfAll(failures));
    },
  };
}

function failureOfAll(failures: readonly AuthenticationFailure[]): AuthenticationFailure {
  const annotations = failures.find((each) => each.annotations)?.annotations;
  const error = joinErrors(['invalid bearer token', ...failures.map((each) => each.error)]);
  return { error, ...(annotations ? { annotations } : {}) };
}

/** Several errors as one text; each once. */
export function joinErrors(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] as string) : `[${distinct.join(', ')}]`;
}

/** For tokens that are for nobody in particular: they are for the API server's own audiences. */
export function withOwnAudiences(authenticator: TokenAuthenticator, own: readonly string[]): TokenAuthenticator {
  return {
    authenticateToken(token, audiences) {
      const common = own.filter((audience) => audiences.includes(audience));
      if (common.length === 0) return undefined;
      return whenThere(authenticator.authenticateToken(token, audiences), (outcome) =>
        outcome === undefined || isFailure(outcome) ? outcome : { ...outcome, audiences: common },
      );
    },
  };
}
