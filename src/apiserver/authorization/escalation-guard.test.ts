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

test('rules with more parts than there is memory are covered as they are, or not', () => {
  const many = Array.from({ length: 600 }, (_, index) => `a${index}`);
  const large = { verbs: many, apiGroups: many, resources: many, resourceNames: many };
  expect(uncovered([], [large])).toEqual([large]);
  expect(uncovered([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], [large])).toEqual([]);
  const small = Array.from({ length: 200 }, () => ({ ...large, verbs: ['get'], apiGroups: [''], resourceNames: [] }));
  expect(uncovered([], small).length).toBeLessThanOrEqual(50_000 + small.length);
});

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
  const RBAC = 'rbac.authorization.k8s.io';
  beforeAll(async () => {
    cluster = await Cluster.start({ controllers: false, scheduler: false });
    eve = cluster.clientFor({ name: 'eve', groups: [] });
    // All verbs but those that let one give what one does not hold.
    const writer = {
      verbs: ['create', 'update', 'patch', 'get', 'delete'],
      apiGroups: [RBAC],
      resources: ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
    };
    await hold('writer', writer, rule('get', 'pods'));
    await cluster.client.of(ClusterRoles).create(clusterRole('secrets', rule('get', 'secrets')));
  });
  afterAll(() => cluster.stop());

  const hold = async (name: string, ...rules: Rule[]) => {
    await cluster.client.of(ClusterRoles).create(clusterRole(name, ...rules));
    await cluster.client.of(ClusterRoleBindings).create({
      metadata: { name },
      roleRef: { kind: 'ClusterRole', name },
      subjects: [{ kind: 'User', name: 'eve' }],
    });
  };
  const clusterRole = (name: string, ...rules: Rule[]) => ({ metadata: { name }, rules }) as ClusterRole;
  const role = (name: string, ...rules: Rule[]) => ({ metadata: { name, namespace: 'default' }, rules }) as Role;
  const binding = (name: string, to: string): RoleBinding => ({
    metadata: { name, namespace: 'default' },
    roleRef: { kind: 'ClusterRole', name: to },
    subjects: [{ kind: 'User', name: 'eve' }],
  });

  test('may put into a role what they hold, and no more', async () => {
    await eve.of(Roles).create(role('own', rule('get', 'pods')));
    await expect(eve.of(Roles).create(role('more', rule('get list', 'pods')))).rejects.toMatchObject({
      code: 403,
      message: `roles.rbac.authorization.k8s.io "more" is forbidden: user "eve" (groups=${GROUPS}) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["list"]}`,
    });
    const wider = mergePatch({ rules: [rule('get', 'secrets')] });
    await expect(eve.of(Roles).patch('own', wider, { namespace: 'default' })).rejects.toMatchObject({ code: 403 });
  });

  test('may change nothing of a role that holds more, except who owns it', async () => {
    await cluster.client.of(Roles).create(role('strong', rule('delete', 'nodes')));
    const at = { namespace: 'default' };
    const labels = mergePatch({ metadata: { labels: { a: 'b' } } });
    await expect(eve.of(Roles).patch('strong', labels, at)).rejects.toMatchObject({ code: 403 });
    const finalizers = ['example.com/x'];
    const changed = await eve.of(Roles).patch('strong', mergePatch({ metadata: { finalizers } }), at);
    expect(changed.metadata?.finalizers).toEqual(finalizers);
  });

  test('may bind a role that holds no more than they do', async () => {
    await expect(eve.of(RoleBindings).create(binding('b', 'secrets'))).rejects.toMatchObject({
      code: 403,
      message: `rolebindings.rbac.authorization.k8s.io "b" is forbidden: user "eve" (groups=${GROUPS}) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}`,
    });
    await expect(eve.of(RoleBindings).create(binding('b', 'none'))).rejects.toMatchObject({
      code: 404,
      message: 'clusterroles.rbac.authorization.k8s.io "none" not found',
    });
    await eve.of(RoleBindings).create(binding('b', 'writer'));
  });

  test('may do both with the verbs for it', async () => {
    const bind = { verbs: ['bind'], apiGroups: [RBAC], resources: ['clusterroles'], resourceNames: ['secrets'] };
    await hold('giver', bind, { verbs: ['escalate'], apiGroups: [RBAC], resources: ['roles'] });
    await eve.of(RoleBindings).create(binding('bound', 'secrets'));
    await eve.of(Roles).create(role('escalated', rule('delete', 'nodes')));
    await expect(eve.of(ClusterRoles).create(clusterRole('not', rule('delete', 'nodes')))).rejects.toMatchObject({
      code: 403,
    });
  });

  test('need everything to have roles aggregated', async () => {
    const sum = { metadata: { name: 'sum' }, aggregationRule: { clusterRoleSelectors: [{}] } };
    await expect(eve.of(ClusterRoles).create(sum)).rejects.toMatchObject({
      message:
        'clusterroles.rbac.authorization.k8s.io "sum" is forbidden: must have cluster-admin privileges to use an aggregationRule',
    });
    await cluster.client.of(ClusterRoles).create(sum);
  });
});
