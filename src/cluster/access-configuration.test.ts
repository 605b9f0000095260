import { expect, test } from 'vitest';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import { type AccessFlags, readAccessConfiguration } from './access-configuration.ts';

const KUBECONFIG = 'apiVersion: v1\nkind: Config\nclusters: [{name: a, cluster: {server: "https://hook"}}]\n';
const FILES: Readonly<Record<string, string>> = {
  tokens: 'abc,ann,1\n',
  webhook: KUBECONFIG,
  ca: 'PEM',
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
      requestheaderClientCaFile: 'ca',
      requestheaderAllowedNames: 'one,two',
    },
    {
      authentication: {
        oidc: [],
        anonymousPaths: [],
        tokens: new Map([['abc', { name: 'ann', uid: '1', groups: [] }]]),
        tokenWebhook: { url: 'https://hook' },
        requestHeader: { ca: 'PEM', allowedNames: ['one', 'two'] },
      },
      authorization: {},
    },
  ],
  [
    { authorizationMode: 'RBAC,Webhook', authorizationWebhookConfigFile: 'webhook' },
    { authentication: {}, authorization: { modes: ['RBAC', 'Webhook'], webhook: { url: 'https://hook' } } },
  ],
])('flags %o are read', async (flags, expected) => {
  expect(await read(flags)).toEqual(expected);
});

test.each<[AccessFlags, string]>([
  [{ authorizationMode: 'ABAC' }, '--authorization-mode: no mode "ABAC", only AlwaysAllow, Node, RBAC, Webhook'],
  [{ authorizationMode: 'Webhook' }, '--authorization-mode: Webhook needs --authorization-webhook-config-file'],
])('flags %o are refused', async (flags, message) => {
  await expect(read(flags)).rejects.toThrow(new ConfigFileError(message));
});
