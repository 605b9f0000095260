import type { JWTPayload } from 'jose';
import { CREDENTIAL_ID } from '../../user.ts';
import type { AuthenticationOutcome } from '../authenticator.ts';
import { quoteList } from '../quote-list.ts';
import type { OidcOptions } from './oidc-options.ts';

/** The user that the claims of a verified token name. */
export function oidcUser(payload: JWTPayload, options: OidcOptions): AuthenticationOutcome {
  const { usernameClaim = 'sub', groupsClaim, groupsPrefix = '' } = options;
  const audiences = typeof payload.aud === 'string' ? [payload.aud] : (payload.aud ?? []);
  if (!audiences.some((audience) => options.audiences.includes(audience))) {
    return {
      error: `oidc: verify token: oidc: expected audience in ${quoteList(options.audiences)} got ${quoteList(audiences)}`,
    };
  }
  const wrong = wrongClaim(payload, options.requiredClaims ?? {});
  if (wrong !== undefined) return { error: wrong };
  const name = payload[usernameClaim];
  if (typeof name !== 'string' || name === '') {
    return { error: `oidc: parse username claims ${JSON.stringify(usernameClaim)}: claim not present` };
  }
  if (usernameClaim === 'email' && payload['email_verified'] !== undefined && payload['email_verified'] !== true) {
    return { error: 'oidc: email not verified' };
  }
  const groups = groupsClaim === undefined ? [] : readGroups(payload[groupsClaim]);
  if (groups === undefined) {
    return { error: `oidc: parse groups claim ${JSON.stringify(groupsClaim)}: neither a text nor a list of texts` };
  }
  const uid = options.uidClaim === undefined ? undefined : payload[options.uidClaim];
  if (options.uidClaim !== undefined && typeof uid !== 'string') {
    return { error: `oidc: parse uid claim ${JSON.stringify(options.uidClaim)}: claim not present` };
  }
  const user = {
    name: `${prefixOf(options)}${name}`,
    ...(typeof uid === 'string' ? { uid } : {}),
    groups: groups.map((group) => `${groupsPrefix}${group}`),
    ...(payload.jti ? { extra: { [CREDENTIAL_ID]: [`JTI=${payload.jti}`] } } : {}),
  };
  return { user };
}

function prefixOf({ issuerUrl, usernameClaim = 'sub', usernamePrefix }: OidcOptions): string {
  if (usernamePrefix === '-') return '';
  return usernamePrefix || (usernameClaim === 'email' ? '' : `${issuerUrl}#`);
}

function wrongClaim(payload: JWTPayload, required: Readonly<Record<string, string>>): string | undefined {
  for (const [claim, value] of Object.entries(required)) {
    if (payload[claim] === undefined) return `oidc: required claim ${claim} not present in ID token`;
    if (payload[claim] !== value) {
      return `oidc: required claim ${claim} value does not match. Got = ${String(payload[claim])}, want = ${value}`;
    }
  }
  return undefined;
}

function readGroups(claim: unknown): readonly string[] | undefined {
  if (claim === undefined) return [];
  if (typeof claim === 'string') return [claim];
  const isList = Array.isArray(claim) && claim.every((each) => typeof each === 'string');
  return isList ? (claim as string[]) : undefined;
}
