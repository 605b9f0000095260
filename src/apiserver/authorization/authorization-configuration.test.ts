import { expect, test } from 'vitest';
import { readAuthorizationConfiguration } from './authorization-configuration.ts';

const HOOK = {
  authorizedTTL: '5m',
  unauthorizedTTL: '30s',
  timeout: '3s',
  subjectAccessReviewVersion: 'v1',
  failurePolicy: 'NoOpinion',
  connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: '/hook' },
};
const text = (...authorizers: object[]) =>
  JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthorizationConfiguration', authorizers });
const hook = (more: object) => text({ type: 'Webhook', name: 'hook', webhook: { ...HOOK, ...more } });

test.each<[string, string, string]>([
  ['nobody', text(), 'authorizers: Required value: at least one authorization mode must be defined'],
  [
    'an unknown type',
    text({ type: 'ABAC', name: 'abac' }),
    'authorizers[0].type: Unsupported value: "ABAC": supported values: "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"',
  ],
  [
    'a type and a name twice',
    text({ type: 'RBAC', name: 'rbac' }, { type: 'RBAC', name: 'rbac' }),
    'authorizers[1].type: Duplicate value: "RBAC", authorizers[1].name: Duplicate value: "rbac"',
  ],
  [
    'a webhook without one',
    text({ type: 'Webhook', name: 'hook' }),
    'authorizers[0].webhook: Required value: required when type=Webhook',
  ],
  [
    'a webhook elsewhere',
    text({ type: 'RBAC', name: 'rbac', webhook: HOOK }),
    'authorizers[0].webhook: Invalid value: "non-null": may only be specified when type=Webhook',
  ],
  ['a long wait', hook({ timeout: '31s' }), 'authorizers[0].timeout: Invalid value: "31s": must be > 0s and <= 30s'],
  ['no policy', hook({ failurePolicy: '' }), 'authorizers[0].failurePolicy: Required value'],
  [
    'a file beside the cluster’s own server',
    hook({ connectionInfo: { type: 'InClusterConfig', kubeConfigFile: '/hook' } }),
    'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "/hook": can only be set when type=KubeConfigFile',
  ],
  [
    'somebody elsewhere',
    hook({ connectionInfo: { type: 'Elsewhere' } }),
    'authorizers[0].connectionInfo.type: Unsupported value: {"Type":"Elsewhere","KubeConfigFile":null}: supported values: "InClusterConfig", "KubeConfigFile"',
  ],
  [
    'a relative path',
    hook({ connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: 'hook' } }),
    'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "hook": must be an absolute path',
  ],
  [
    'a condition that is no expression',
    hook({ matchConditions: [{ expression: 'request.who == "ann"' }], matchConditionSubjectAccessReviewVersion: 'v1' }),
    `authorizers[0].matchConditions[0].expression: Invalid value: "request.who == \\"ann\\"": compilation failed: ERROR: <input>:1:8: undefined field 'who'`,
  ],
  [
    'a condition that is no question',
    hook({ matchConditions: [{ expression: 'request.groups' }], matchConditionSubjectAccessReviewVersion: 'v1' }),
    'authorizers[0].matchConditions[0].expression: Invalid value: "request.groups": must evaluate to bool but got list(string)',
  ],
  [
    'a condition of no version, twice',
    hook({ matchConditions: [{ expression: 'true' }, { expression: 'true' }] }),
    'authorizers[0].matchConditionSubjectAccessReviewVersion: Required value: required if match conditions are specified, authorizers[0].matchConditions[1].expression: Duplicate value: "true"',
  ],
])('%s is refused', (_name, file, error) => {
  expect(() => readAuthorizationConfiguration(file)).toThrow(error);
});

test('conditions are kept', () => {
  const [read] = readAuthorizationConfiguration(
    hook({ matchConditions: [{ expression: 'true' }], matchConditionSubjectAccessReviewVersion: 'v1' }),
  );
  expect(read?.webhook?.matchConditions).toEqual(['true']);
});
