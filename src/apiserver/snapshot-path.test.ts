import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';
import { SNAPSHOT_PATH } from './snapshot-path.ts';

let cluster: Cluster;
let endpoint: Endpoint;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  endpoint = await cluster.listen();
});
afterAll(() => cluster.stop());

const READ_PATHS = { verbs: ['get'], nonResourceURLs: ['*'] };
const READ_OBJECTS = { verbs: ['get', 'list'], apiGroups: ['*'], resources: ['*'] };
const ALL_OBJECTS = { ...READ_OBJECTS, verbs: ['*'] };

test.each([
  ['nobody', [], 403],
  ['who reads paths', [READ_PATHS], 403],
  ['who reads everything', [READ_PATHS, READ_OBJECTS], 403],
  ['who does everything with objects', [ALL_OBJECTS], 403],
  ['who does everything', [READ_PATHS, ALL_OBJECTS], 200],
])('%s: the store as a whole is for those who have it already', async (user, rules, expected) => {
  const name = user.replaceAll(' ', '-');
  const apiGroup = 'rbac.authorization.k8s.io';
  const { client } = cluster;
  await client.of(ClusterRoles).create({ metadata: { name }, rules });
  const roleRef = { apiGroup, kind: 'ClusterRole', name };
  await client
    .of(ClusterRoleBindings)
    .create({ metadata: { name }, roleRef, subjects: [{ apiGroup, kind: 'User', name }] });
  const { certificate: cert, key } = await endpoint.certificateFor(name, []);
  const { code } = await createCall(endpoint)(SNAPSHOT_PATH, { identity: { cert, key } });
  expect(code).toBe(expected);
});
