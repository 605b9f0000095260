import { afterAll, beforeAll, expect, test } from 'vitest';
import { Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { type Role, Roles } from '#api/rbac/v1/role.ts';
import { type RoleBinding, RoleBindings } from '#api/rbac/v1/role-binding.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';

const namespace = 'default';
let cluster: Cluster;
let endpoint: Endpoint;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  endpoint = await cluster.listen();
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace } });
  const spec = { containers: [{ name: 'c', image: 'x' }] };
  await cluster.client.of(Pods).create({ metadata: { name: 'p', namespace }, spec });
});
afterAll(() => cluster.stop());

/** What the user of these verbs on what can be reached of pods hears. */
async function ask(verbs: readonly string[], method: string, part: string): Promise<unknown> {
  const name = verbs.join('-');
  const resources = ['attach', 'exec', 'log', 'portforward', 'proxy'].map((each) => `pods/${each}`);
  const rules = [{ verbs: [...verbs], apiGroups: [''], resources }];
  const apiGroup = 'rbac.authorization.k8s.io';
  const roleRef = { apiGroup, kind: 'Role', name };
  const subjects = [{ apiGroup, kind: 'User', name }];
  const metadata = { name, namespace };
  const roles = cluster.client.of(Roles);
  if ((await roles.list({ namespace })).items.every((role) => role.metadata?.name !== name)) {
    await roles.create({ metadata, rules } as Role);
    await cluster.client.of(RoleBindings).create({ metadata, roleRef, subjects } as RoleBinding);
  }
  const { certificate: cert, key } = await endpoint.certificateFor(name, []);
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const path = `/api/v1/namespaces/${namespace}/pods/p/${part}`;
  const { code, json } = await createCall(endpoint)(path, { method, identity: { cert, key }, headers });
  return [code, json.message];
}

const unbound = [400, 'pod p does not have a host assigned'];
const forbidden = [403, 'pods "p" is forbidden: '];

test.each(['exec?command=x&stdout=1', 'attach?stdout=1', 'portforward?ports=80'])(
  '%s takes the right to create it, however it is opened',
  async (part) => {
    expect(await ask(['get'], 'GET', part)).toEqual(forbidden);
    expect(await ask(['get', 'create'], 'GET', part)).toEqual(unbound);
    expect(await ask(['create'], 'POST', part)).toEqual(unbound);
    expect(await ask(['create'], 'GET', part)).toEqual([403, expect.stringContaining('cannot get resource')]);
    expect(await ask(['get'], 'POST', part)).toEqual([403, expect.stringContaining('cannot create resource')]);
  },
);

test.each(['PUT', 'DELETE', 'PATCH'])('%s opens no stream', async (method) => {
  const path = `/api/v1/namespaces/${namespace}/pods/p/exec?command=x`;
  expect((await createCall(endpoint)(path, { method })).code).toBe(405);
});

test('a proxy takes the right to its method alone, as does a log', async () => {
  expect(await ask(['get'], 'GET', 'proxy/')).not.toEqual(forbidden);
  expect(await ask(['get'], 'GET', 'log')).not.toEqual(forbidden);
});
