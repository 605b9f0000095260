import { expect, test } from 'vitest';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import { readAuthenticationConfiguration } from './authentication-configuration.ts';

const HEAD = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n';

test('issuers and anonymous paths are read', () => {
  const text = `${HEAD}
jwt:
- issuer:
    url: https://issuer.example.com
    audiences: [knarr]
    certificateAuthority: PEM
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
        ca: 'PEM',
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
  [
    'jwt: [{issuer: {url: "http://x", audiences: [a]}, claimMappings: {username: {claim: sub, prefix: ""}}}]',
    'jwt[0].issuer.url: Invalid value: "http://x": URL scheme must be https',
  ],
  [
    'jwt: [{issuer: {url: "https://x", audiences: [a]}, claimMappings: {username: {expression: "claims.sub"}}}]',
    'jwt[0].claimMappings.username.expression: Forbidden: expressions are not supported',
  ],
  [
    'jwt: [{issuer: {url: "https://x"}, claimMappings: {username: {claim: sub}}}]',
    'jwt[0].claimMappings.username.prefix: Required value: prefix is required when claim is set',
  ],
  [
    'anonymous: {enabled: false, conditions: [{path: /x}]}',
    'enabled should be set to true when conditions are defined',
  ],
  ['jwk: []', 'unknown field "jwk"'],
])('%s is refused', (text, message) => {
  expect(() => readAuthenticationConfiguration(HEAD + text)).toThrow(ConfigFileError);
  expect(() => readAuthenticationConfiguration(HEAD + text)).toThrow(message);
});
