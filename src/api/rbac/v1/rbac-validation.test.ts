import { expect, test } from 'vitest';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { ClusterRoles } from './cluster-role.ts';
import { ClusterRoleBindings } from './cluster-role-binding.ts';
import { Roles } from './role.ts';
import { RoleBindings } from './role-binding.ts';

const metadata = { name: 'a', namespace: 'b' };
const READ = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };

test.each<[string, object, string[]]>([
  ['that is well', { rules: [READ] }, []],
  [
    'that says nothing',
    { rules: [{ verbs: [] }] },
    [
      'rules[0].verbs: Required value: verbs must contain at least one value',
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
  ],
  [
    'for paths',
    { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] },
    ['rules[0].nonResourceURLs: Invalid value: ["/healthz"]: namespaced rules cannot apply to non-resource URLs'],
  ],
])('a Role %s', (_, object, expected) => {
  expect(createErrors(Roles, { metadata, ...object })).toEqual(expected);
});

test.each<[string, object, string[]]>([
  ['for paths', { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] }, []],
  [
    'for paths and resources at once',
    { rules: [{ ...READ, nonResourceURLs: ['/healthz'] }] },
    [
      'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
  ],
  [
    'that gathers nothing',
    { aggregationRule: {} },
    [
      'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    ],
  ],
  [
    'that gathers by no selector',
    { aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Like' }] }] } },
    [
      'aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator: Invalid value: "Like": not a valid selector operator',
      'aggregationRule.clusterRoleSelectors[0]: Invalid value: null: invalid label selector.',
    ],
  ],
])('a ClusterRole %s', (_, object, expected) => {
  expect(createErrors(ClusterRoles, { metadata: { name: 'a' }, ...object })).toEqual(expected);
});

const roleRef = { kind: 'Role', name: 'r' };

test.each<[string, object, string[]]>([
  ['of a service account', { roleRef, subjects: [{ kind: 'ServiceAccount', name: 's', namespace: 'b' }] }, []],
  ['of a user', { roleRef, subjects: [{ kind: 'User', name: 'jane' }] }, []],
  [
    'without a role',
    { roleRef: { kind: 'Rule', name: '' } },
    [
      'roleRef.kind: Unsupported value: "Rule": supported values: "Role", "ClusterRole"',
      'roleRef.name: Required value',
    ],
  ],
  [
    'of nobody known',
    {
      roleRef,
      subjects: [
        { kind: 'Robot', name: 'x' },
        { kind: 'ServiceAccount', apiGroup: 'x', name: 'S_' },
      ],
    },
    [
      'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
      "subjects[1].name: Invalid value: \"S_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      'subjects[1].apiGroup: Unsupported value: "x": supported values: ""',
    ],
  ],
])('a RoleBinding %s', (_, object, expected) => {
  expect(createErrors(RoleBindings, { metadata, ...object })).toEqual(expected);
});

test('a ClusterRoleBinding refers to ClusterRoles only, and to service accounts with their namespace', () => {
  const subjects = [{ kind: 'ServiceAccount', name: 's' }];
  expect(createErrors(ClusterRoleBindings, { metadata: { name: 'a' }, roleRef, subjects })).toEqual([
    'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
    'subjects[0].namespace: Required value',
  ]);
});

test('a binding keeps its role', () => {
  const other = { metadata, roleRef: { kind: 'Role', name: 'other' } };
  expect(updateErrors(RoleBindings, { metadata, roleRef }, other)).toEqual([
    'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"other"}: cannot change roleRef',
  ]);
});
