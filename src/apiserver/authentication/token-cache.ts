import { createHash } from 'node:crypto';
import type { Clock } from '#base/clock.ts';
import { type AuthenticationOutcome, isFailure, type TokenAuthenticator } from './authenticator.ts';

export interface TokenCacheOptions {
  readonly clock: Clock;
  /** How long an answer is believed, in milliseconds. */
  readonly ttlMs: number;
  /** Whether "not mine" is remembered too; failures never are. */
  readonly remembersUnknown: boolean;
}

const MAX_ENTRIES = 4096;

/** Remembers for a while what a token was found to be. Requests with the same token meanwhile share one look-up. */
export function createTokenCache(authenticator: TokenAuthenticator, options: TokenCacheOptions): TokenAuthenticator {
  const { clock, ttlMs, remembersUnknown } = options;
  const entries = new Map<string, { readonly until: number; readonly outcome: Promise<AuthenticationOutcome> }>();
  return {
    authenticateToken(token, audiences) {
      // Tokens may be long, and are better not kept.
      const key = createHash('sha256')
        .update(JSON.stringify([token, audiences]))
        .digest('base64');
      const known = entries.get(key);
      if (known !== undefined && known.until > clock.monotonic()) return known.outcome;
      if (entries.size >= MAX_ENTRIES) entries.clear();
      const outcome = Promise.resolve(authenticator.authenticateToken(token, audiences));
      const entry = { until: clock.monotonic() + ttlMs, outcome };
      entries.set(key, entry);
      const forget = () => entries.get(key) === entry && entries.delete(key);
      outcome.then((found) => (isFailure(found) || (found === undefined && !remembersUnknown)) && forget(), forget);
      return outcome;
    },
  };
}
