import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { startJsonServer } from '../testing/json-server.ts';
import { type SecureServer, startSecureServer } from '../testing/secure-server.ts';
import type { OidcOptions } from './oidc-options.ts';
import { oidcUser } from './oidc-user.ts';

const clock = new VirtualClock(Date.now());
const AUTHENTICATED = 'system:authenticated';
let provider: Awaited<ReturnType<typeof startJsonServer>>;
/** What the directory, another issuer with the same keys, answers when it is asked for groups. */
let membership = '';
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
  provider = await startJsonServer((path, _body, { authorization }) => {
    const [, issuer] = /^(.*)\/\.well-known\/openid-configuration$/.exec(path) ?? [];
    if (issuer !== undefined) return { issuer: `${provider.url}${issuer}`, jwks_uri: `${provider.url}/keys` };
    if (path === '/directory/groups') return authorization === 'Bearer pass' ? membership : 403;
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
  [
    'does not know whether it is verified',
    { ...good, email_verified: 'yes' },
    "oidc: parse 'email_verified' claim: json: cannot unmarshal string into Go value of type bool",
  ],
  [
    'has a number for a group',
    { ...good, roles: 1 },
    'oidc: parse groups claim "roles": json: cannot unmarshal number into Go value of type string',
  ],
  [
    'has a list for a text',
    { ...good, hd: ['example.com'] },
    'oidc: parse claim hd: json: cannot unmarshal array into Go value of type string',
  ],
])('a token that %s is refused', async (_name, claims, error) => {
  expect(await server.reviewToken(await sign(claims))).toEqual({ user: {}, error: `[invalid bearer token, ${error}]` });
});

test('a token that has expired is refused', async () => {
  const token = await sign(good);
  clock.advance(700_000);
  expect((await server.reviewToken(token)).error).toMatch(
    /oidc: verify token: oidc: token is expired \(Token Expiry: [-\d]+ [:\d]+ \+0000 UTC\)/,
  );
});

describe('groups that a token leaves to another issuer', () => {
  const elsewhere = (access_token: string) => {
    const { roles: _, ...claims } = good;
    const directory = { endpoint: `${provider.url}/directory/groups`, access_token };
    return { ...claims, _claim_names: { roles: 'src1' }, _claim_sources: { src1: directory } };
  };
  const inDirectory = (claims: JWTPayload) => sign({ iss: `${provider.url}/directory`, ...claims });

  test('are asked for there', async () => {
    membership = await inDirectory({ roles: ['far', 'away'] });
    expect(await whoIs(elsewhere('pass'))).toMatchObject({ groups: ['oidc:far', 'oidc:away', AUTHENTICATED] });
  });

  test.each<[string, JWTPayload | undefined, string, string]>([
    [
      'nobody may ask',
      {},
      'nothing',
      'while getting distributed claim "roles": error while getting distributed claim JWT: 403',
    ],
    [
      'the answer is for others',
      { aud: 'x' },
      'pass',
      'verify distributed claim token: oidc: expected audience in ["knarr" "other"] got ["x"]',
    ],
    [
      'the answer does not name them',
      {},
      'pass',
      'jwt returned by distributed claim endpoint "URL/directory/groups" did not contain claim: roles',
    ],
    [
      'the answer is no token',
      undefined,
      'pass',
      'getting untrusted issuer from endpoint URL/directory/groups failed for claim "roles": malformed token',
    ],
  ])('make a token useless when %s', async (_name, claims, pass, error) => {
    clock.advance(1000);
    membership = claims === undefined ? 'sorry' : await inDirectory(claims);
    const { error: found } = await server.reviewToken(await sign(elsewhere(pass)));
    const wanted = `oidc: could not expand distributed claims: ${error.replace('URL', provider.url)}`;
    expect(found).toBe(`[invalid bearer token, ${wanted}]`);
  });
});

test('a token must be signed as is agreed, and by the issuer', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: keys.jwk.kid };
  const signedBy = (alg: string, key: CryptoKey) =>
    new SignJWT({ iss: provider.url, aud: 'knarr', ...good })
      .setProtectedHeader({ alg, kid: jwk.kid as string })
      .setExpirationTime(Math.floor(clock.now() / 1000) + 600)
      .sign(key);
  const errorOf = async (token: string) => (await server.reviewToken(token)).error;
  expect(await errorOf(await signedBy('ES256', privateKey))).toContain(
    'oidc: id token signed with unsupported algorithm, expected ["RS256"] got "ES256"',
  );
  const stranger = await newKeys('two');
  expect(await errorOf(await sign(good, stranger))).toContain(
    'oidc: verify token: failed to verify signature: failed to verify id token signature',
  );
});

test.each<[Partial<OidcOptions>, JWTPayload, string]>([
  [{}, { sub: 'ann' }, 'https://issuer#ann'],
  [{ usernamePrefix: '-' }, { sub: 'ann' }, 'ann'],
  [{ usernamePrefix: 'p:' }, { sub: 'ann' }, 'p:ann'],
  [{ usernameClaim: 'email' }, { email: 'a@b' }, 'a@b'],
])('with %o the user of %o is %s', (options, claims, name) => {
  const user = oidcUser(claims, { issuerUrl: 'https://issuer', audiences: ['knarr'], ...options });
  expect(user).toEqual({ user: { name, groups: [] } });
});

const EXPRESSIONS: OidcOptions = {
  issuerUrl: 'https://issuer',
  audiences: ['knarr'],
  usernamePrefix: '-',
  usernameExpression: "claims.given + '@' + claims.realm__dash__name",
  groupsExpression: 'claims.roles.map(role, "r:" + role)',
  uidExpression: 'claims.?uid.orValue("")',
  extra: [
    { key: 'x.io/team', valueExpression: 'claims.?team.orValue("")' },
    { key: 'x.io/level', valueExpression: 'string(claims.level)' },
  ],
  claimRules: [{ expression: 'claims.exp - claims.iat <= 600', message: 'lasts too long' }],
  userRules: [{ expression: "!user.groups.exists(group, group == 'r:root')", message: 'nobody is root' }],
};
const CLAIMS = { given: 'ann', 'realm-name': 'here', roles: ['dev', ''], level: 3, iat: 100, exp: 700 };

test('expressions make of claims who a user is', () => {
  expect(oidcUser(CLAIMS, EXPRESSIONS)).toEqual({
    user: { name: 'ann@here', groups: ['r:dev', 'r:'], extra: { 'x.io/level': ['3'] } },
  });
});

test.each<[string, object, Partial<OidcOptions>, string]>([
  ['lasts too long', { exp: 701 }, {}, "validation expression 'claims.exp - claims.iat <= 600' failed: lasts too long"],
  ['is for root', { roles: ['root'] }, {}, 'error evaluating user info validation rule: validation expression'],
  [
    'lacks a claim',
    { given: undefined },
    {},
    "error evaluating username claim expression: expression 'claims.given + '@' + claims.realm__dash__name' resulted in error: no such key: given",
  ],
  ['names nobody', {}, { usernameExpression: "''" }, 'empty username via CEL expression is not allowed'],
  [
    'has a number for a name',
    {},
    { usernameExpression: 'claims.level' },
    'error evaluating username claim expression: username claim expression must return a string',
  ],
  [
    'has a number for a group',
    {},
    { groupsExpression: 'claims.level' },
    'error evaluating group claim expression: expression must return a string or a list of strings',
  ],
])('with expressions a token that %s is refused', (_, claims, options, error) => {
  expect(() => oidcUser({ ...CLAIMS, ...claims }, { ...EXPRESSIONS, ...options })).toThrow(error);
});
