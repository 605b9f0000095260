import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '#base/clock.ts';
import type { TokenAuthenticator } from '../authenticator.ts';
import { JsonRequestError } from '../json-request.ts';
import { IssuerKeys } from './issuer-keys.ts';
import type { OidcOptions } from './oidc-options.ts';
import { oidcUser } from './oidc-user.ts';

export type { OidcOptions } from './oidc-options.ts';

/** Accepts the ID tokens of one OpenID Connect issuer. */
export function createOidcAuthenticator(options: OidcOptions, clock: Clock): TokenAuthenticator {
  const { issuerUrl, discoveryUrl, ca, signingAlgorithms = ['RS256'] } = options;
  const keys = new IssuerKeys({ issuerUrl, discoveryUrl, ca, clock });
  const verify = async (token: string): Promise<JWTPayload> => {
    const expected = { issuer: issuerUrl, algorithms: [...signingAlgorithms], currentDate: new Date(clock.now()) };
    try {
      return (await jwtVerify(token, keys.get, expected)).payload;
    } catch (error) {
      // A key may be replaced without a new id.
      if (!(error instanceof errors.JWSSignatureVerificationFailed) || !(await keys.refresh())) throw error;
      return (await jwtVerify(token, keys.get, expected)).payload;
    }
  };
  return {
    async authenticateToken(token) {
      if (!names(token, issuerUrl)) return undefined;
      try {
        return oidcUser(await verify(token), options);
      } catch (error) {
        if (!(error instanceof errors.JOSEError) && !(error instanceof JsonRequestError)) throw error;
        return { error: `oidc: verify token: ${error.message}` };
      }
    },
  };
}

function names(token: string, issuer: string): boolean {
  try {
    return decodeJwt(token).iss === issuer;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return false;
    throw error;
  }
}
