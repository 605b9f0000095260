import { expect, test } from 'vitest';
import { resources } from '#api/resources.ts';
import { kindsToCheck } from './kinds-to-check.ts';

const rule = (apiGroups: string[], apiVersions: string[], plurals: string[]) => ({
  operations: ['*'],
  apiGroups,
  apiVersions,
  resources: plurals,
});
const CORE = ['pods', 'services', 'secrets', 'configmaps', 'nodes', 'namespaces', 'events', 'endpoints', 'limitranges'];
const TEN = [...CORE, 'resourcequotas'];

test.each<[string, ReturnType<typeof rule>[], string]>([
  ['nothing', [], ''],
  ['what a rule names', [rule(['apps'], ['v1'], ['deployments'])], 'apps/v1 Deployment'],
  [
    'what rules name, sorted, each once',
    [rule(['apps', ''], ['v1'], ['pods', 'deployments']), rule([''], ['v1'], ['pods', 'configmaps'])],
    '/v1 ConfigMap, /v1 Pod, apps/v1 Deployment',
  ],
  ['nothing of a rule for every group', [rule(['', '*'], ['v1'], ['pods'])], ''],
  ['nothing of a rule for every version', [rule([''], ['*'], ['pods'])], ''],
  ['no subresources, nor every resource', [rule([''], ['v1'], ['pods/status', '*', 'pods'])], '/v1 Pod'],
  ['nothing that nobody serves', [rule(['example.com'], ['v1'], ['widgets'])], ''],
  [
    'nothing after a rule that names ten',
    [rule([''], ['v1'], [...TEN, 'serviceaccounts']), rule(['apps'], ['v1'], ['deployments'])],
    '/v1 ConfigMap, /v1 Endpoints, /v1 Event, /v1 LimitRange, /v1 Namespace, /v1 Node, /v1 Pod, /v1 ResourceQuota, ' +
      '/v1 Secret, /v1 ServiceAccount',
  ],
])('a policy is checked against %s', (_, resourceRules, want) => {
  const kinds = kindsToCheck({ spec: { matchConstraints: { resourceRules } } }, resources);
  expect(kinds.map(({ group, version, kind }) => `${group}/${version} ${kind}`).join(', ')).toBe(want);
});
