import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { serviceAccountUser } from '../user.ts';
import type { AuthenticationOutcome, TokenAuthenticator } from './authenticator.ts';
import type { FindObject } from './find-object.ts';
import { SECRET_TOKEN_CLAIM, SECRET_TOKEN_ISSUER, type ServiceAccountIssuer } from './service-account-issuer.ts';

type Secret = ReturnType<FindObject> & { readonly data?: Readonly<Record<string, string>> };

const MAX_KNOWN = 10_000;

/** Accepts the tokens that lie in secrets of service accounts: they have no end, and go with their secret. */
export function createSecretTokenAuthenticator(
  issuer: ServiceAccountIssuer,
  { find, audiences: own }: { readonly find: FindObject; readonly audiences: readonly string[] },
): TokenAuthenticator {
  const verified = new Map<string, JWTPayload>();
  const verify = async (token: string): Promise<JWTPayload | undefined> => {
    try {
      const { payload } = await jwtVerify(token, issuer.publicKey, { issuer: SECRET_TOKEN_ISSUER });
      if (verified.size >= MAX_KNOWN) verified.clear();
      verified.set(token, payload);
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };
  return {
    async authenticateToken(token, audiences): Promise<AuthenticationOutcome> {
      if (!isOurs(token)) return undefined;
      const payload = verified.get(token) ?? (await verify(token));
      if (payload === undefined) return { error: 'invalid signature' };
      const common = own.filter((audience) => audiences.includes(audience));
      if (common.length === 0) return undefined;
      const claim = (name: string) => String(payload[`${SECRET_TOKEN_CLAIM}${name}`] ?? '');
      const namespace = claim('namespace');
      const secret = find('Secret', namespace, claim('secret.name')) as Secret | undefined;
      const isHeld = secret?.data?.['token'] === Buffer.from(token).toString('base64');
      if (!isHeld || secret?.metadata?.deletionTimestamp)
        return { error: 'service account token has been invalidated' };
      const name = claim('service-account.name');
      const uid = find('ServiceAccount', namespace, name)?.metadata?.uid;
      if (uid === undefined) return { error: `serviceaccounts ${JSON.stringify(name)} not found` };
      if (uid !== claim('service-account.uid')) {
        return { error: `service account UID (${uid}) does not match claim (${claim('service-account.uid')})` };
      }
      return { user: serviceAccountUser(namespace, name, uid), audiences: common };
    },
  };
}

function isOurs(token: string): boolean {
  try {
    return decodeJwt(token).iss === SECRET_TOKEN_ISSUER;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return false;
    throw error;
  }
}
