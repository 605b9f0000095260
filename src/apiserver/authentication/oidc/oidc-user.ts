import type { JWTPayload } from 'jose';
import { goValueName } from '#machinery/codec/go-type.ts';
import { CREDENTIAL_ID } from '../../user.ts';
import type { AuthenticationOutcome } from '../authenticator.ts';
import { ClaimMapper } from './claim-mapper.ts';
import { IdTokenError } from './id-token.ts';
import type { OidcOptions } from './oidc-options.ts';

/** The user that the claims of a verified token name. Throws an `IdTokenError` for claims that do not do. */
export function oidcUser(
  claims: JWTPayload,
  options: OidcOptions,
  mapper: ClaimMapper = new ClaimMapper(options),
): AuthenticationOutcome {
  const name = mapper.username(claims) ?? `${prefixOf(options)}${readName(claims, options)}`;
  const groups = mapper.groups(claims) ?? readGroups(claims, options);
  const uid = options.uidClaim ? readText(claims, options.uidClaim, 'uid claim') : mapper.uid(claims);
  const { jti } = claims;
  const isNamed = typeof jti === 'string' && jti !== '';
  const extra: Record<string, string[]> = {
    ...(isNamed ? { [CREDENTIAL_ID]: [`JTI=${jti}`] } : {}),
    ...mapper.extra(claims),
  };
  requireClaims(claims, options.requiredClaims ?? {});
  mapper.checkClaims(claims);
  mapper.checkUser({ username: name, uid: uid ?? '', groups, extra });
  return { user: { name, ...(uid ? { uid } : {}), groups, ...(Object.keys(extra).length > 0 ? { extra } : {}) } };
}

function readName(claims: JWTPayload, { usernameClaim = 'sub' }: OidcOptions): string {
  const name = readText(claims, usernameClaim, 'username claims');
  // Somebody without a name would be nobody, and yet have groups.
  if (name === '') throw new IdTokenError(`parse username claims ${JSON.stringify(usernameClaim)}: claim is empty`);
  const { email_verified: isVerified } = claims;
  if (usernameClaim !== 'email' || isVerified === undefined || isVerified === true) return name;
  throw new IdTokenError(
    isVerified === false || isVerified === null
      ? 'email not verified'
      : `parse 'email_verified' claim: ${typeError(isVerified, 'bool')}`,
  );
}

function readGroups(claims: JWTPayload, { groupsClaim, groupsPrefix = '' }: OidcOptions): string[] {
  if (groupsClaim === undefined || claims[groupsClaim] === undefined) return [];
  const value = claims[groupsClaim] ?? [];
  // A single group may stand without a list.
  const groups: unknown[] = Array.isArray(value) ? value : [value];
  if (groups.every((group) => typeof group === 'string')) return groups.map((group) => `${groupsPrefix}${group}`);
  throw new IdTokenError(`parse groups claim ${JSON.stringify(groupsClaim)}: ${typeError(value, 'string')}`);
}

function prefixOf({ issuerUrl, usernameClaim = 'sub', usernamePrefix }: OidcOptions): string {
  if (usernamePrefix === '-') return '';
  return usernamePrefix || (usernameClaim === 'email' ? '' : `${issuerUrl}#`);
}

function requireClaims(claims: JWTPayload, required: Readonly<Record<string, string>>): void {
  for (const [claim, wanted] of Object.entries(required)) {
    if (claims[claim] === undefined) throw new IdTokenError(`required claim ${claim} not present in ID token`);
    const value = claims[claim] ?? '';
    if (typeof value !== 'string') throw new IdTokenError(`parse claim ${claim}: ${typeError(value, 'string')}`);
    if (value !== wanted) {
      throw new IdTokenError(`required claim ${claim} value does not match. Got = ${value}, want = ${wanted}`);
    }
  }
}

/** A claim that is there but null is an empty text, as in upstream's language. */
function readText(claims: JWTPayload, claim: string, what: string): string {
  const value = claims[claim] === null ? '' : claims[claim];
  if (typeof value === 'string') return value;
  const problem = value === undefined ? 'claim not present' : typeError(value, 'string');
  throw new IdTokenError(`parse ${what} ${JSON.stringify(claim)}: ${problem}`);
}

const typeError = (value: unknown, type: string): string =>
  `json: cannot unmarshal ${goValueName(value)} into Go value of type ${type}`;
