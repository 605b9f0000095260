import { compactVerify, decodeJwt, decodeProtectedHeader, errors, type JWTPayload } from 'jose';
import { JsonRequestError } from '../json-request.ts';
import { quoteList } from '../quote-list.ts';
import type { IssuerKeys } from './issuer-keys.ts';

/** A token is not accepted; the message is for those who review tokens. */
export class IdTokenError extends Error {
  override readonly name = 'IdTokenError';
}

export interface IdTokenExpectations {
  /** The token must be for one of them. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly keys: IssuerKeys;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Clocks may be apart by this much when a token is not to be used before a moment. */
const NOT_BEFORE_LEEWAY_MS = 60_000;
const GOOGLE = 'accounts.google.com';

/** Who a token says has issued it, before anything is verified; undefined for what is no token. */
export function untrustedIssuer(token: string): string | undefined {
  try {
    const { iss = '' } = decodeJwt(token);
    // Google names itself in two ways.
    return iss === GOOGLE ? `https://${GOOGLE}` : iss;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The claims of a token, when it is what is expected and signed by its issuer. Rejects with an `IdTokenError`. */
export async function verifyIdToken(token: string, expected: IdTokenExpectations): Promise<JWTPayload> {
  const claims = decodeJwt(token);
  const wrong =
    audienceError(claims, expected.audiences) ?? timeError(claims, expected.now) ?? wrongAlgorithm(token, expected);
  if (wrong !== undefined) throw new IdTokenError(wrong);
  try {
    await verifySignature(token, expected.keys);
  } catch (error) {
    if (error instanceof errors.JOSEError)
      throw new IdTokenError('failed to verify signature: failed to verify id token signature');
    if (error instanceof JsonRequestError)
      throw new IdTokenError(`failed to verify signature: fetching keys ${error.message}`);
    throw error;
  }
  return claims;
}

async function verifySignature(token: string, keys: IssuerKeys): Promise<void> {
  try {
    await compactVerify(token, keys.get);
  } catch (error) {
    // A key may be replaced without a new id.
    if (!(error instanceof errors.JWSSignatureVerificationFailed) || !(await keys.refresh())) throw error;
    await compactVerify(token, keys.get);
  }
}

function audienceError({ aud = [] }: JWTPayload, audiences: readonly string[]): string | undefined {
  const named = typeof aud === 'string' ? [aud] : aud;
  if (named.some((each) => audiences.includes(each))) return undefined;
  const [only] = audiences;
  const wanted = audiences.length === 1 ? JSON.stringify(only) : quoteList([...audiences].sort());
  return `oidc: expected audience ${audiences.length === 1 ? '' : 'in '}${wanted} got ${quoteList(named)}`;
}

function timeError({ exp, nbf }: JWTPayload, now: number): string | undefined {
  if (exp === undefined || exp * 1000 < now) {
    const expiry = exp === undefined ? '0001-01-01 00:00:00 +0000 UTC' : goTime(exp * 1000);
    return `oidc: token is expired (Token Expiry: ${expiry})`;
  }
  return nbf !== undefined && nbf * 1000 > now + NOT_BEFORE_LEEWAY_MS
    ? `oidc: current time ${goTime(now)} before the nbf (not before) time: ${goTime(nbf * 1000)}`
    : undefined;
}

function wrongAlgorithm(token: string, { algorithms }: IdTokenExpectations): string | undefined {
  const { alg = '' } = decodeProtectedHeader(token);
  return algorithms.includes(alg)
    ? undefined
    : `oidc: id token signed with unsupported algorithm, expected ${quoteList(algorithms)} got ${JSON.stringify(alg)}`;
}

/** A moment, in milliseconds since the epoch, as Go prints it in UTC. */
function goTime(moment: number): string {
  const [day, time = ''] = new Date(moment).toISOString().split('T');
  return `${day} ${time.replace(/\.?0*Z$/, '')} +0000 UTC`;
}
