import { expect, test } from 'vitest';
import type { Attributes } from './authorizer.ts';
import { createDecide } from './decide.ts';
import { type Binding, mastersAuthorizer, RbacAuthorizer, type RbacSource, type Subject } from './rbac.ts';
import type { Rule } from './rule.ts';

/** Roles and bindings in memory; names of roles are `cluster` or `namespace/name`. */
function sourceOf(roles: Record<string, Rule[]>, bindings: Binding[]) {
  let revision = 1;
  const source: RbacSource = {
    revision: () => revision,
    clusterRoleRules: (name) => roles[name],
    roleRules: (namespace, name) => roles[`${namespace}/${name}`],
    clusterRoleBindings: () => bindings.filter(({ metadata }) => !metadata?.namespace),
    roleBindings: (namespace) => bindings.filter(({ metadata }) => metadata?.namespace === namespace),
  };
  const change = (work: () => void) => {
    work();
    revision++;
  };
  return { source, change };
}

const bind = (name: string, to: string, subject: Subject, namespace?: string): Binding => ({
  metadata: { name, namespace },
  roleRef: { kind: to.startsWith('Role/') ? 'Role' : 'ClusterRole', name: to.replace(/^Role\//, '') },
  subjects: [subject],
});
const user = (name: string, ...groups: string[]) => ({ name, groups });
const pods = (verb: string, namespace = '', name = ''): Omit<Extract<Attributes, { resource: string }>, 'user'> => ({
  verb,
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace,
  name,
});

const roles: Record<string, Rule[]> = {
  reader: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }],
  named: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['web'] }],
  urls: [{ verbs: ['get'], nonResourceURLs: ['/logs/*', '/x'] }],
  'team/local': [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
};
const bindings = [
  bind('ann-reads', 'reader', { kind: 'User', name: 'ann' }),
  bind('ops-logs', 'urls', { kind: 'Group', name: 'ops' }),
  bind('robot-local', 'Role/local', { kind: 'ServiceAccount', name: 'robot' }, 'team'),
  bind('bob-web', 'named', { kind: 'User', name: 'bob' }, 'team'),
  bind('lost', 'gone', { kind: 'User', name: 'lea' }),
];
const decide = createDecide([mastersAuthorizer, new RbacAuthorizer(sourceOf(roles, bindings).source)]);
const robot = user('system:serviceaccount:team:robot');

test.each<[string, Attributes, string]>([
  [
    'a user, everywhere',
    { user: user('ann'), ...pods('list', 'any') },
    'RBAC: allowed by ClusterRoleBinding "ann-reads" of ClusterRole "reader" to User "ann"',
  ],
  ['a user, not other verbs', { user: user('ann'), ...pods('watch') }, 'no'],
  [
    'a group, a path',
    { user: user('x', 'ops'), verb: 'get', path: '/logs/a/b' },
    'RBAC: allowed by ClusterRoleBinding "ops-logs" of ClusterRole "urls" to Group "ops"',
  ],
  ['a group, another path', { user: user('x', 'ops'), verb: 'get', path: '/x/y' }, 'no'],
  [
    'a service account of the binding’s namespace',
    { user: robot, ...pods('delete', 'team') },
    'RBAC: allowed by RoleBinding "robot-local/team" of Role "local" to ServiceAccount "robot/team"',
  ],
  ['a service account elsewhere', { user: robot, ...pods('delete', 'other') }, 'no'],
  [
    'one object by its name',
    { user: user('bob'), ...pods('get', 'team', 'web') },
    'RBAC: allowed by RoleBinding "bob-web/team" of ClusterRole "named" to User "bob"',
  ],
  ['another object', { user: user('bob'), ...pods('get', 'team', 'db') }, 'no'],
  [
    'a role that is gone',
    { user: user('lea'), ...pods('get') },
    'no: RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
  ],
  ['the masters', { user: user('root', 'system:masters'), ...pods('delete') }, ''],
])('%s', async (_name, attributes, expected) => {
  const { allowed, reason } = await decide(attributes);
  expect(allowed ? reason : `no${reason ? `: ${reason}` : ''}`).toBe(expected);
});

test('what was found out is forgotten when a role or binding changes', async () => {
  const own = [bind('first', 'reader', { kind: 'User', name: 'ann' })];
  const { source, change } = sourceOf({ ...roles }, own);
  const rbac = new RbacAuthorizer(source);
  const ann = user('ann');
  const ask = () => rbac.authorize({ user: ann, ...pods('get') }).decision;
  expect(ask()).toBe('allow');
  change(() => own.splice(0));
  expect(ask()).toBe('no opinion');
  change(() => own.push(bind('again', 'reader', { kind: 'User', name: 'ann' })));
  expect(ask()).toBe('allow');
});

test('all rules of a user in a namespace can be told', () => {
  const rbac = new RbacAuthorizer(sourceOf(roles, bindings).source);
  expect(rbac.rulesFor(robot, 'team')).toEqual({ rules: roles['team/local'], errors: [] });
  expect(rbac.rulesFor(user('lea'), 'team')).toEqual({
    rules: [],
    errors: ['clusterrole.rbac.authorization.k8s.io "gone" not found'],
  });
});

test('a path that reads like a resource in a namespace gives no right to that one, nor the other way round', async () => {
  const allUrls: Rule[] = [{ verbs: ['get'], nonResourceURLs: ['*'] }];
  const allPods: Rule[] = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
  const both = [
    bind('eve-urls', 'urls', { kind: 'User', name: 'eve' }),
    bind('pam-pods', 'pods', { kind: 'User', name: 'pam' }),
  ];
  const authorizer = createDecide([new RbacAuthorizer(sourceOf({ urls: allUrls, pods: allPods }, both).source)]);
  const path = { verb: 'get', path: '/pods/ team' };
  const asked = [
    { user: user('eve'), ...path },
    { user: user('eve'), ...pods('get', 'team') },
    { user: user('pam'), ...pods('get', 'team') },
    { user: user('pam'), ...path },
  ];
  const allowed = await Promise.all(asked.map(async (attributes) => (await authorizer(attributes)).allowed));
  expect(allowed).toEqual([true, false, true, false]);
});
