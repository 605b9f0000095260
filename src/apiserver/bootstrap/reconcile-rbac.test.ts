import { describe, expect, test } from 'vitest';
import { type ClusterRole, ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { type ClusterRoleBinding, ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import { Cluster } from '#testing/cluster.ts';
import { reconcileRbac } from './reconcile-rbac.ts';

const get = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const list = { verbs: ['list'], apiGroups: [''], resources: ['pods'] };
const role = (rules: ClusterRole['rules'], annotations = {}): ClusterRole => ({
  metadata: { name: 'r', annotations },
  rules,
});
const binding = (name: string, ...users: string[]): ClusterRoleBinding => ({
  metadata: { name: 'b', labels: {}, annotations: {} },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
  subjects: users.map((user) => ({ kind: 'User', name: user })),
});

describe('what becomes of a role or binding that is there', () => {
  test('missing rules are added, those of others stay', () => {
    expect(reconcileRbac(role([get, list]), role([get, { ...get, resources: ['secrets'] }]))).toMatchObject({
      action: 'update',
      object: { rules: [get, { ...get, resources: ['secrets'] }, list] },
    });
  });

  test('nothing is done when a wider rule covers all', () => {
    const wide = { metadata: { name: 'r', labels: {}, annotations: {} }, rules: [{ ...get, verbs: ['*'] }] };
    expect(reconcileRbac(role([get, list]), wide)).toEqual({ action: 'none' });
  });

  test('who says so is left alone', () => {
    const protectedRole = role([], { 'rbac.authorization.kubernetes.io/autoupdate': 'false' });
    expect(reconcileRbac(role([get]), protectedRole)).toEqual({ action: 'none' });
  });

  test('missing subjects are added', () => {
    expect(reconcileRbac(binding('x', 'a', 'b'), binding('x', 'c', 'a'))).toEqual({
      action: 'update',
      object: binding('x', 'c', 'a', 'b'),
    });
  });

  test('a binding to another role is made anew', () => {
    expect(reconcileRbac(binding('x', 'a'), binding('y', 'a'))).toEqual({
      action: 'recreate',
      object: binding('x', 'a'),
    });
  });
});

test('a server that starts over an old store brings roles and bindings up to date', async () => {
  const store = createMemoryStore();
  const first = await Cluster.start({ store, controllers: false, scheduler: false });
  const roles = first.client.of(ClusterRoles);
  const bindings = first.client.of(ClusterRoleBindings);
  const dns = await roles.get('system:coredns');
  const extra = { verbs: ['get'], apiGroups: ['x'], resources: ['y'] };
  await roles.update({ ...dns, rules: [extra] });
  await bindings.delete('system:coredns');
  const before = await bindings.get('system:discovery');
  await first.stop();
  const second = await Cluster.start({ store, controllers: false, scheduler: false });
  const after = await second.client.of(ClusterRoles).get('system:coredns');
  expect(after.rules?.[0]).toEqual(extra);
  expect(after.rules?.length).toBeGreaterThan(1);
  expect((await second.client.of(ClusterRoleBindings).get('system:coredns')).subjects).toHaveLength(1);
  expect(await second.client.of(ClusterRoleBindings).get('system:discovery')).toEqual(before);
  await second.stop();
  await store.close();
});
