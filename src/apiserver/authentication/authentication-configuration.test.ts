import { expect, test } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import { readAuthenticationConfiguration } from './authentication-configuration.ts';

const HEAD = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n';

const { certificate: ca } = (await CertificateAuthority.create('issuer', systemClock)).pair;

/** A configuration of issuers that differ from a good one as is said. */
const withIssuers = (...issuers: Readonly<Record<string, unknown>>[]) => {
  const good = { url: 'https://x', audiences: ['a'] };
  const mapped = { username: { claim: 'sub', prefix: '' } };
  return `jwt: ${JSON.stringify(
    issuers.map(({ rules, userRules, maps, ...issuer }) => ({
      issuer: { ...good, ...issuer },
      claimValidationRules: rules ?? [],
      claimMappings: { ...mapped, ...(maps as object) },
      userValidationRules: userRules ?? [],
    })),
  )}`;
};

test('issuers and anonymous paths are read', () => {
  const text = `${HEAD}
jwt:
- issuer:
    url: https://issuer.example.com
    audiences: [knarr]
    certificateAuthority: ${JSON.stringify(ca)}
  claimValidationRules:
  - claim: hd
    requiredValue: example.com
  claimMappings:
    username: {claim: email, prefix: ""}
    groups: {claim: roles, prefix: "oidc:"}
    uid: {claim: sub}
anonymous:
  enabled: true
  conditions:
  - path: /livez
`;
  expect(readAuthenticationConfiguration(text)).toEqual({
    oidc: [
      {
        issuerUrl: 'https://issuer.example.com',
        audiences: ['knarr'],
        ca,
        signingAlgorithms: ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'],
        usernameClaim: 'email',
        usernamePrefix: '-',
        groupsClaim: 'roles',
        groupsPrefix: 'oidc:',
        uidClaim: 'sub',
        requiredClaims: { hd: 'example.com' },
      },
    ],
    anonymousPaths: ['/livez'],
  });
});

test.each<[string, object]>([
  ['anonymous: {enabled: true}', { oidc: [], anonymousPaths: 'all' }],
  ['anonymous: {enabled: false}', { oidc: [], anonymousPaths: [] }],
  ['jwt: []', { oidc: [] }],
])('%s', (text, expected) => {
  expect(readAuthenticationConfiguration(HEAD + text)).toEqual(expected);
});

test.each<[string, string]>([
  [withIssuers({ url: 'http://x' }), 'jwt[0].issuer.url: Invalid value: "http://x": URL scheme must be https'],
  [withIssuers({ url: '' }), 'jwt[0].issuer.url: Required value'],
  [withIssuers({ url: 'https://a:b@x' }), 'URL must not contain a username or password'],
  [withIssuers({ url: 'https://x?a=b' }), 'URL must not contain a query'],
  [withIssuers({ url: 'https://x#a' }), 'URL must not contain a fragment'],
  [withIssuers({ url: 'https://own' }), 'URL must not overlap with disallowed issuers: [https://own]'],
  [withIssuers({}, {}), 'jwt[1].issuer.url: Duplicate value: "https://x"'],
  [
    withIssuers({ discoveryURL: 'https://x/' }),
    'jwt[0].issuer.discoveryURL: Invalid value: "https://x/": discoveryURL must be different from URL',
  ],
  [
    withIssuers({ audiences: [] }),
    'jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required',
  ],
  [
    withIssuers({ audiences: ['a', 'a'], audienceMatchPolicy: 'MatchAny' }),
    'jwt[0].issuer.audiences[1]: Duplicate value: "a"',
  ],
  [
    withIssuers({ audiences: ['a', 'b'] }),
    'jwt[0].issuer.audienceMatchPolicy: Invalid value: "": audienceMatchPolicy must be MatchAny for multiple audiences',
  ],
  [
    withIssuers({ audienceMatchPolicy: 'All' }),
    'Invalid value: "All": audienceMatchPolicy must be empty or MatchAny for single audience',
  ],
  [
    withIssuers({ certificateAuthority: 'PEM' }),
    'jwt[0].issuer.certificateAuthority: Invalid value: "<omitted>": data does not contain any valid RSA or ECDSA certificates',
  ],
  [
    withIssuers({ maps: { username: { claim: 'sub' } } }),
    'jwt[0].claimMappings.username.prefix: Required value: prefix is required when claim is set',
  ],
  [
    withIssuers({ maps: { username: {} } }),
    'jwt[0].claimMappings.username: Required value: claim or expression is required',
  ],
  [
    withIssuers({ maps: { uid: { claim: 'a', expression: 'b' } } }),
    'jwt[0].claimMappings.uid: Invalid value: "": claim and expression can\'t both be set',
  ],
  [
    withIssuers({ maps: { username: { expression: 'claims.' } } }),
    'jwt[0].claimMappings.username.expression: Invalid value: "claims.": compilation failed: ERROR: <input>:1:8: Syntax error',
  ],
  [
    withIssuers({ maps: { username: { expression: 'claims.sub', prefix: 'x' } } }),
    'jwt[0].claimMappings.username.prefix: Invalid value: "x": may not be specified when expression is set',
  ],
  [
    withIssuers({ maps: { username: { expression: 'claims.email' } } }),
    'jwt[0].claimMappings.username.expression: Invalid value: "claims.email": claims.email_verified must be used',
  ],
  [
    withIssuers({ maps: { extra: [{ key: 'x.io/A', valueExpression: '1' }, { key: 'k8s.io/a' }] } }),
    'jwt[0].claimMappings.extra[0].key: Invalid value: "x.io/A": must be lowercase, jwt[0].claimMappings.extra[1].key: Invalid value: "k8s.io/a": k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use, jwt[0].claimMappings.extra[1].valueExpression: Required value',
  ],
  [
    withIssuers({ rules: [{ expression: 'claims.a', requiredValue: 'b' }] }),
    'jwt[0].claimValidationRules[0].requiredValue: Invalid value: "b": may not be specified when expression is set, jwt[0].claimValidationRules[0].expression: Invalid value: "claims.a": must evaluate to bool',
  ],
  [
    withIssuers({ userRules: [{ expression: "user.nam == 'a'" }, {}] }),
    `jwt[0].userValidationRules[0].expression: Invalid value: "user.nam == 'a'": compilation failed: ERROR: <input>:1:5: undefined field 'nam'`,
  ],
  [withIssuers({ rules: [{}] }), 'jwt[0].claimValidationRules[0]: Required value: claim or expression is required'],
  [
    withIssuers({ rules: [{ claim: 'a' }, { claim: 'a' }] }),
    'jwt[0].claimValidationRules[1].claim: Duplicate value: "a"',
  ],
  [
    withIssuers({ rules: [{ claim: 'a', message: 'no' }] }),
    'jwt[0].claimValidationRules[0].message: Invalid value: "no": may not be specified when claim is set',
  ],
  [withIssuers(...Array.from({ length: 65 }, () => ({}))), 'jwt: Too many: 65: must have at most 64 items'],
  [
    'anonymous: {enabled: false, conditions: [{path: /x}]}',
    'enabled should be set to true when conditions are defined',
  ],
  ['jwk: []', 'unknown field "jwk"'],
])('%s is refused', (text, message) => {
  const read = () => readAuthenticationConfiguration(HEAD + text, ['https://own']);
  expect(read).toThrow(ConfigFileError);
  expect(read).toThrow(message);
});

test('expressions are kept', () => {
  const maps = {
    username: { expression: "claims.email_verified ? claims.email : ''" },
    groups: { expression: 'claims.roles' },
    uid: { expression: 'claims.sub' },
    extra: [{ key: 'x.io/team', valueExpression: 'claims.team' }],
  };
  const rule = { expression: "claims.hd == 'x'", message: 'elsewhere' };
  const userRule = { expression: "!user.username.startsWith('system:')" };
  const text = HEAD + withIssuers({ maps, rules: [rule, { claim: 'a', requiredValue: 'b' }], userRules: [userRule] });
  expect(readAuthenticationConfiguration(text).oidc?.[0]).toMatchObject({
    usernameExpression: maps.username.expression,
    groupsExpression: 'claims.roles',
    uidExpression: 'claims.sub',
    extra: maps.extra,
    claimRules: [rule],
    userRules: [userRule],
    requiredClaims: { a: 'b' },
  });
});
