import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClusterRole, ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { type Role, Roles } from '#api/rbac/v1/role.ts';
import { type RoleBinding, RoleBindings } from '#api/rbac/v1/role-binding.ts';
import type { Client } from '#client/client.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { describeRules, uncovered } from './covers.ts';
import type { Rule } from './rule.ts';

const rule = (verbs: string, resources: string, more: Partial<Rule> = {}): Rule => ({
  verbs: verbs.split(' '),
  apiGroups: [''],
  resources: resources.split(' '),
  ...more,
});
const paths = (verbs: string, ...nonResourceURLs: string[]): Rule => ({ verbs: verbs.split(' '), nonResourceURLs });

test.each<[string, Rule[], Rule[], string]>([
  ['the same', [rule('get', 'pods')], [rule('get', 'pods')], ''],
  ['two rules together', [rule('get', 'pods'), rule('list', 'pods')], [rule('get list', 'pods')], ''],
  ['everything', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], [rule('*', '*')], ''],
  ['any subresource of a name', [rule('get', '*/scale')], [rule('get', 'deployments/scale')], ''],
  ['less', [rule('get', 'pods')], [rule('get', 'pods', { resourceNames: ['a'] })], ''],
  ['paths below', [paths('get', '/api/*')], [paths('get', '/api/v1')], ''],
  [
    'some verbs',
    [rule('get', 'pods')],
    [rule('get list watch', 'pods')],
    '{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}',
  ],
  [
    'other things, sorted',
    [],
    [rule('get', 'secrets pods'), paths('get', '/x')],
    '{APIGroups:[""], Resources:["pods"], Verbs:["get"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}\n{NonResourceURLs:["/x"], Verbs:["get"]}',
  ],
  [
    'one name is not all',
    [rule('get', 'pods', { resourceNames: ['a'] })],
    [rule('get', 'pods')],
    '{APIGroups:[""], Resources:["pods"], Verbs:["get"]}',
  ],
  [
    'another name',
    [rule('get', 'pods', { resourceNames: ['a'] })],
    [rule('get', 'pods', { resourceNames: ['a', 'b'] })],
    '{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}',
  ],
])('who holds %s', (_name, held, wanted, lacking) => {
  expect(describeRules(uncovered(held, wanted))).toBe(lacking);
});

describe('who writes roles and bindings', () => {
  let cluster: Cluster;
  let eve: Client;
  const GROUPS = '["system:authenticated"]';
  beforeAll(async () => {
    cluster = await Cluster.start({ controllers: false, scheduler: false });
    eve = cluster.clientFor({ name: 'eve', groups: [] });
    // All verbs but those that let one give what one does not hold.
    const writer: Rule = {
      verbs: ['create', 'update', 'patch', 'get', 'delete'],
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
    };
    await cluster.client.of(ClusterRoles).create({ metadata: { name: 'giver' }, rules });
    await cluster.client.of(ClusterRoleBindings).create({
      metadata: { name: 'giver' },
      roleRef: { kind: 'ClusterRole', name: 'giver' },
      subjects: [{ kind: 'User', name: 'eve' }],
    });
    await eve.of(RoleBindings).create(binding('bound', 'secrets'));
    await eve.of(Roles).create(role('escalated', rule('delete', 'nodes')));
  });

  test('need everything to have roles aggregated', async () => {
    const aggregated = { metadata: { name: 'sum' }, aggregationRule: { clusterRoleSelectors: [{}] } };
    await expect(eve.of(ClusterRoles).create(aggregated)).rejects.toMatchObject({
      message:
        'clusterroles.rbac.authorization.k8s.io "sum" is forbidden: must have cluster-admin privileges to use an aggregationRule',
    });
    await cluster.client.of(ClusterRoles).create(aggregated);
  });
});
