import { expect, test } from 'vitest';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import { type AccessFlags, readAccessConfiguration } from './access-configuration.ts';

const KUBECONFIG = 'apiVersion: v1\nkind: Config\nclusters: [{name: a, cluster: {server: "https://hook"}}]\n';
const HOOK = {
  authorizedTTL: '5m',
  unauthorizedTTL: '30s',
  timeout: '3s',
  subjectAccessReviewVersion: 'v1',
  failurePolicy: 'NoOpinion',
  connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: '/hook.kubeconfig' },
};
const FILES: Readonly<Record<string, string>> = {
  tokens: 'abc,ann,1\n',
  webhook: KUBECONFIG,
  ca: 'PEM',
  '/hook.kubeconfig': KUBECONFIG,
  authorizers: JSON.stringify({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AuthorizationConfiguration',
    authorizers: [
      { type: 'Webhook', name: 'first', webhook: HOOK },
      { type: 'Node', name: 'node' },
      { type: 'RBAC', name: 'rbac' },
      { type: 'Webhook', name: 'last', webhook: { ...HOOK, failurePolicy: 'Deny', cacheAuthorizedRequests: false } },
    ],
  }),
  config: 'apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\nanonymous: {enabled: false}\n',
};
const read = (flags: AccessFlags) =>
  readAccessConfiguration(flags, async (_flag, path, parse) => parse(FILES[path] ?? ''));

test.each<[AccessFlags, object]>([
  [{}, { authentication: {}, authorization: {} }],
  [
    {
      authenticationConfig: 'config',
      tokenAuthFile: 'tokens',
      authenticationTokenWebhookConfigFile: 'webhook',
      authenticationTokenWebhookVersion: 'v1',
      authenticationTokenWebhookCacheTtl: '1m',
      requestheaderClientCaFile: 'ca',
      requestheaderAllowedNames: 'one,two',
    },
    {
      authentication: {
        oidc: [],
        anonymousPaths: [],
        tokens: new Map([['abc', { name: 'ann', uid: '1', groups: [] }]]),
        tokenWebhook: { url: 'https://hook', version: 'v1', cacheTtlMs: 60_000 },
        requestHeader: { ca: 'PEM', allowedNames: ['one', 'two'] },
      },
      authorization: {},
    },
  ],
  [
    {
      oidcIssuerUrl: 'https://issuer',
      oidcClientId: 'knarr',
      oidcCaFile: 'ca',
      oidcUsernameClaim: 'email',
      oidcUsernamePrefix: '-',
      oidcGroupsClaim: 'roles',
      oidcGroupsPrefix: 'oidc:',
      oidcRequiredClaim: ['hd=example.com', 'a=b=c'],
      oidcSigningAlgs: 'RS256,ES256',
    },
    {
      authentication: {
        oidc: [
          {
            issuerUrl: 'https://issuer',
            audiences: ['knarr'],
            ca: 'PEM',
            usernameClaim: 'email',
            usernamePrefix: '-',
            groupsClaim: 'roles',
            groupsPrefix: 'oidc:',
            requiredClaims: { hd: 'example.com', a: 'b=c' },
            signingAlgorithms: ['RS256', 'ES256'],
          },
        ],
      },
      authorization: {},
    },
  ],
  [
    { authorizationMode: 'RBAC,Webhook', authorizationWebhookConfigFile: 'webhook' },
    {
      authentication: {},
      authorization: {
        modes: ['RBAC', 'Webhook'],
        webhook: {
          url: 'https://hook',
          version: 'v1beta1',
          authorizedTtlMs: 300_000,
          unauthorizedTtlMs: 30_000,
        },
      },
    },
  ],
  [
    { authorizationConfig: 'authorizers' },
    {
      authentication: {},
      authorization: {
        authorizers: [
          {
            type: 'Webhook',
            webhook: {
              url: 'https://hook',
              version: 'v1',
              authorizedTtlMs: 300_000,
              unauthorizedTtlMs: 30_000,
              timeoutMs: 3000,
              failurePolicy: 'NoOpinion',
              matchConditions: [],
            },
          },
          { type: 'Node' },
          { type: 'RBAC' },
          {
            type: 'Webhook',
            webhook: {
              url: 'https://hook',
              version: 'v1',
              authorizedTtlMs: 0,
              unauthorizedTtlMs: 30_000,
              timeoutMs: 3000,
              failurePolicy: 'Deny',
              matchConditions: [],
            },
          },
        ],
      },
    },
  ],
])('flags %o are read', async (flags, expected) => {
  expect(await read(flags)).toEqual(expected);
});

test.each<[AccessFlags, string]>([
  [
    { authorizationMode: 'ABAC' },
    '--authorization-mode: no mode "ABAC", only AlwaysAllow, AlwaysDeny, Node, RBAC, Webhook',
  ],
  [
    { authorizationConfig: 'authorizers', authorizationMode: 'RBAC' },
    '--authorization-config: cannot be used together with --authorization-mode and --authorization-webhook-config-file',
  ],
  [
    { authenticationTokenWebhookConfigFile: 'webhook', authenticationTokenWebhookVersion: 'v2' },
    '--authentication-token-webhook-version: no version "v2", only v1, v1beta1',
  ],
  [
    {
      authorizationMode: 'Webhook',
      authorizationWebhookConfigFile: 'webhook',
      authorizationWebhookCacheAuthorizedTtl: 'soon',
    },
    '--authorization-webhook-cache-authorized-ttl "soon": must be a duration such as 1h or 90s',
  ],
  [
    { oidcUsernameClaim: 'email' },
    '--oidc-issuer-url and --oidc-client-id: must be specified together when any --oidc flags are set',
  ],
  [
    { oidcIssuerUrl: 'http://issuer', oidcClientId: 'a' },
    '--oidc-issuer-url "http://issuer": URL scheme must be https, without user, query and fragment',
  ],
  [
    { oidcIssuerUrl: 'https://issuer', oidcClientId: 'a', oidcRequiredClaim: ['hd'] },
    '--oidc-required-claim "hd": must be claim=value',
  ],
  [
    { oidcIssuerUrl: 'https://issuer', oidcClientId: 'a', oidcSigningAlgs: 'HS256' },
    '--oidc-signing-algs: unsupported signing alg: "HS256"',
  ],
  [
    { oidcIssuerUrl: 'https://issuer', oidcClientId: 'a', authenticationConfig: 'config' },
    '--authentication-config: cannot be used together with --oidc flags',
  ],
  [{ authorizationMode: 'Webhook' }, '--authorization-mode: Webhook needs --authorization-webhook-config-file'],
])('flags %o are refused', async (flags, message) => {
  await expect(read(flags)).rejects.toThrow(new ConfigFileError(message));
});
