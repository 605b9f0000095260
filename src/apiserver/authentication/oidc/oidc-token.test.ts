import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { startJsonServer } from '../testing/json-server.ts';
import { type SecureServer, startSecureServer } from '../testing/secure-server.ts';
import type { OidcOptions } from './oidc-options.ts';
import { oidcUser } from './oidc-user.ts';

const clock = new VirtualClock(Date.now());
const AUTHENTICATED = 'system:authenticated';
let provider: Awaited<ReturnType<typeof startJsonServer>>;
let server: SecureServer;
let keys: { readonly privateKey: CryptoKey; readonly jwk: JWK };
let fetches = 0;

async function newKeys(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

const sign = (claims: JWTPayload, { privateKey, jwk } = keys) =>
  new SignJWT({ iss: provider.url, aud: 'knarr', sub: 'ann', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: jwk.kid as string })
    .setIssuedAt(Math.floor(clock.now() / 1000))
    .setExpirationTime(Math.floor(clock.now() / 1000) + 600)
    .sign(privateKey);
const whoIs = async (claims: JWTPayload, signer = keys) =>
  server.whoAmI({ authorization: `Bearer ${await sign(claims, signer)}` });

beforeAll(async () => {
  keys = await newKeys('one');
  provider = await startJsonServer((path) => {
    if (path === '/.well-known/openid-configuration') return { issuer: provider.url, jwks_uri: `${provider.url}/keys` };
    if (path !== '/keys') return undefined;
    fetches++;
    return { keys: [keys.jwk] };
  });
  const oidc: OidcOptions = {
    issuerUrl: provider.url,
    audiences: ['knarr', 'other'],
    ca: provider.ca,
    usernameClaim: 'email',
    usernamePrefix: 'oidc:',
    groupsClaim: 'roles',
    groupsPrefix: 'oidc:',
    requiredClaims: { hd: 'example.com' },
  };
  server = await startSecureServer({ clock, authentication: { oidc: [oidc] } });
});
afterAll(async () => {
  await server.stop();
  await provider.stop();
});

const good = { email: 'ann@example.com', email_verified: true, hd: 'example.com', roles: ['dev', 'ops'], jti: 'j1' };

test('an ID token gives a user and groups with their prefixes', async () => {
  expect(await whoIs(good)).toEqual({
    username: 'oidc:ann@example.com',
    groups: ['oidc:dev', 'oidc:ops', AUTHENTICATED],
    extra: { 'authentication.kubernetes.io/credential-id': ['JTI=j1'] },
  });
});

test('an issuer is asked for its keys once, and again for a key that is not among them', async () => {
  await whoIs({ ...good, roles: 'one' });
  expect(fetches).toBe(1);
  keys = await newKeys('two');
  clock.advance(5000);
  expect(await whoIs(good)).toMatchObject({ username: 'oidc:ann@example.com' });
  expect(fetches).toBe(2);
  const stranger = await newKeys('three');
  expect(await whoIs(good, stranger)).toBe('401 Unauthorized');
  expect(await whoIs(good, stranger)).toBe('401 Unauthorized');
  expect(fetches).toBe(2);
});

test('a key that is replaced under its old id is found out too', async () => {
  keys = await newKeys('two');
  clock.advance(5000);
  expect(await whoIs(good)).toMatchObject({ username: 'oidc:ann@example.com' });
});

test.each<[string, JWTPayload, string]>([
  [
    'is for somebody else',
    { ...good, aud: 'x' },
    'oidc: verify token: oidc: expected audience in ["knarr" "other"] got ["x"]',
  ],
  ['lacks a claim', { email: 'a' }, 'oidc: required claim hd not present in ID token'],
  [
    'has another value',
    { ...good, hd: 'b' },
    'oidc: required claim hd value does not match. Got = b, want = example.com',
  ],
  ['has no user', { hd: 'example.com' }, 'oidc: parse username claims "email": claim not present'],
  ['is not verified', { ...good, email_verified: false }, 'oidc: email not verified'],
])('a token that %s is refused', async (_name, claims, error) => {
  expect(await server.reviewToken(await sign(claims))).toEqual({ user: {}, error: `[invalid bearer token, ${error}]` });
});

test('a token that has expired is refused', async () => {
  const token = await sign(good);
  clock.advance(700_000);
  expect((await server.reviewToken(token)).error).toContain('oidc: verify token: "exp" claim timestamp check failed');
});

test.each<[Partial<OidcOptions>, JWTPayload, string]>([
  [{}, { sub: 'ann' }, 'https://issuer#ann'],
  [{ usernamePrefix: '-' }, { sub: 'ann' }, 'ann'],
  [{ usernamePrefix: 'p:' }, { sub: 'ann' }, 'p:ann'],
  [{ usernameClaim: 'email' }, { email: 'a@b' }, 'a@b'],
])('with %o the user of %o is %s', (options, claims, name) => {
  const user = oidcUser({ aud: 'knarr', ...claims }, { issuerUrl: 'https://issuer', audiences: ['knarr'], ...options });
  expect(user).toEqual({ user: { name, groups: [] } });
});
