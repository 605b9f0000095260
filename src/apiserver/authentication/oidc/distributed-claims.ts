import type { JWTPayload } from 'jose';
import { JsonRequestError, requestText } from '../json-request.ts';
import { IdTokenError, untrustedIssuer } from './id-token.ts';

interface Endpoint {
  readonly endpoint?: string;
  readonly access_token?: string;
}

export interface DistributedClaimsOptions {
  /** The only claim that is looked for elsewhere. */
  readonly claim: string;
  /** PEM of the authorities of those who are asked. */
  readonly ca?: string | undefined;
  /** Verifies a token of an issuer. Rejects with an `IdTokenError`. */
  readonly verify: (issuer: string, token: string) => Promise<JWTPayload>;
}

/**
 * The claims with the one that a token does not hold itself, but says where to ask for (OpenID Connect Core, 5.6.2). Rejects
 * with an `IdTokenError`.
 */
export async function resolveDistributedClaim(
  claims: JWTPayload,
  { claim, ca, verify }: DistributedClaimsOptions,
): Promise<JWTPayload> {
  const source = claims[claim] === undefined ? sourceOf(claims, claim) : undefined;
  if (!source?.endpoint) return claims;
  const { endpoint, access_token: token } = source;
  const answer = await ask(endpoint, claim, { ca, token });
  const issuer = untrustedIssuer(answer);
  if (issuer === undefined) {
    throw new IdTokenError(
      `getting untrusted issuer from endpoint ${endpoint} failed for claim ${JSON.stringify(claim)}: malformed token`,
    );
  }
  const found = await verify(issuer, answer).catch((error: unknown) => {
    if (error instanceof IdTokenError) throw new IdTokenError(`verify distributed claim token: ${error.message}`);
    throw error;
  });
  if (found[claim] === undefined) {
    throw new IdTokenError(
      `jwt returned by distributed claim endpoint ${JSON.stringify(endpoint)} did not contain claim: ${claim}`,
    );
  }
  return { ...claims, [claim]: found[claim] };
}

/** Where a claim is to be had; undefined when the token does not say. */
function sourceOf(claims: JWTPayload, claim: string): Endpoint | undefined {
  const names = claims['_claim_names'] as Readonly<Record<string, string>> | undefined;
  if (names === undefined) return undefined;
  const sources = claims['_claim_sources'] as Readonly<Record<string, Endpoint>> | undefined;
  if (sources === undefined) throw new IdTokenError('oidc: no claim sources');
  const name = names[claim];
  if (name === undefined) return undefined;
  const source = sources[name];
  if (source === undefined) {
    throw new IdTokenError(`id token _claim_names contained a source ${name} missing in _claims_sources`);
  }
  return source;
}

async function ask(
  url: string,
  claim: string,
  access: { readonly ca: string | undefined; readonly token: string | undefined },
): Promise<string> {
  try {
    return await requestText(url, { access, accept: '*/*' });
  } catch (error) {
    if (!(error instanceof JsonRequestError)) throw error;
    const reason =
      error.status === undefined ? error.message : `error while getting distributed claim JWT: ${error.status}`;
    throw new IdTokenError(`while getting distributed claim ${JSON.stringify(claim)}: ${reason}`);
  }
}
