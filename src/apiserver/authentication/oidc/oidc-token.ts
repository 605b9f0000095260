import type { JWTPayload } from 'jose';
import type { Clock } from '#base/clock.ts';
import type { TokenAuthenticator } from '../authenticator.ts';
import { ClaimMapper } from './claim-mapper.ts';
import { resolveDistributedClaim } from './distributed-claims.ts';
import { IdTokenError, untrustedIssuer, verifyIdToken } from './id-token.ts';
import { IssuerKeys } from './issuer-keys.ts';
import type { OidcOptions } from './oidc-options.ts';
import { oidcUser } from './oidc-user.ts';

export type { OidcOptions } from './oidc-options.ts';

/** Accepts the ID tokens of one OpenID Connect issuer. */
export function createOidcAuthenticator(options: OidcOptions, clock: Clock): TokenAuthenticator {
  const { issuerUrl, discoveryUrl, ca, audiences, groupsClaim, signingAlgorithms: algorithms = ['RS256'] } = options;
  const keys = new IssuerKeys({ issuerUrl, discoveryUrl, ca, clock });
  const mapper = new ClaimMapper(options);
  /** Those who vouch for claims that tokens leave to others. */
  const others = new Map<string, IssuerKeys>();
  const verify = (by: IssuerKeys, token: string) =>
    verifyIdToken(token, { audiences, algorithms, keys: by, now: clock.now() });
  const verifyOther = (issuer: string, token: string) => {
    const known = others.get(issuer) ?? new IssuerKeys({ issuerUrl: issuer, ca, clock });
    others.set(issuer, known);
    return verify(known, token);
  };
  const claimsOf = async (token: string): Promise<JWTPayload> => {
    const claims = await explain('verify token', verify(keys, token));
    if (groupsClaim === undefined) return claims;
    const resolved = resolveDistributedClaim(claims, { claim: groupsClaim, ca, verify: verifyOther });
    return explain('could not expand distributed claims', resolved);
  };
  return {
    async authenticateToken(token) {
      if (untrustedIssuer(token) !== issuerUrl) return undefined;
      try {
        return oidcUser(await claimsOf(token), options, mapper);
      } catch (error) {
        if (error instanceof IdTokenError) return { error: `oidc: ${error.message}` };
        throw error;
      }
    },
  };
}

async function explain<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof IdTokenError) throw new IdTokenError(`${doing}: ${error.message}`);
    throw error;
  }
}
