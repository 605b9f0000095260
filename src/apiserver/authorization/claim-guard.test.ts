import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Namespace, Namespaces } from '#api/core/v1/namespace.ts';
import { ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import { type ResourceClaimTemplate, ResourceClaimTemplates } from '#api/resource/v1/resource-claim-template.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import type { UserInfo } from '../user.ts';

const GROUP = 'resource.k8s.io';
const NODE_NAME = 'authentication.kubernetes.io/node-name';
const result = { request: 'r', driver: 'd.example.com', pool: 'p', device: 'x' };
const { request: _, ...device } = result;
const nodeSelector = {
  nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }],
};
const allocation = { devices: { results: [result] }, nodeSelector };
const consumer = { resource: 'pods', name: 'a', uid: 'u' };
const told = { ...device, data: { ready: true } };

let cluster: Cluster;
const user = (name: string, node?: string): UserInfo => ({
  name,
  groups: [],
  ...(node === undefined ? {} : { extra: { [NODE_NAME]: [node] } }),
});
const BINDER = user('binder');
const DRIVER = 'system:serviceaccount:default:driver';

beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  await cluster.client.of(Namespaces).create({
    metadata: { name: 'admin', labels: { 'resource.kubernetes.io/admin-access': 'true' } },
  } as Namespace);
  const hold = async (name: string, subject: object, verbs: string[], subresource: string, names?: string[]) => {
    const own = { apiGroups: [GROUP], resources: [`resourceclaims/${subresource}`], verbs };
    const rules = [
      { apiGroups: [GROUP], resources: ['resourceclaims/status'], verbs: ['patch', 'update'] },
      { ...own, ...(names ? { resourceNames: names } : {}) },
    ];
    await cluster.client.of(ClusterRoles).create({ metadata: { name }, rules });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
    await cluster.client.of(ClusterRoleBindings).create({
      metadata: { name },
      roleRef,
      subjects: [subject as { kind: string; name: string }],
    });
  };
  await hold('binder', { kind: 'User', name: 'binder' }, ['patch'], 'binding');
  const account = { kind: 'ServiceAccount', name: 'driver', namespace: 'default' };
  await hold('driver', account, ['associated-node:patch'], 'driver', ['d.example.com']);
  await hold('anywhere', { kind: 'User', name: 'anywhere' }, ['arbitrary-node:patch'], 'driver', ['d.example.com']);
});
afterAll(() => cluster.stop());

const spec = (adminAccess?: boolean) => ({
  devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'c', ...(adminAccess ? { adminAccess } : {}) } }] },
});
const claim = (name: string, namespace: string, adminAccess?: boolean) =>
  ({ metadata: { name, namespace }, spec: spec(adminAccess) }) as ResourceClaim;

describe('access to devices in use', () => {
  const refusal = (field: string) =>
    `${field}: Forbidden: admin access to devices requires the \`resource.kubernetes.io/admin-access: true\` label on the containing namespace`;

  test('may be asked for in namespaces that are marked', async () => {
    const claims = cluster.client.of(ResourceClaims);
    const templates = cluster.client.of(ResourceClaimTemplates);
    const template = (namespace: string) =>
      ({ metadata: { name: 't', namespace }, spec: { spec: spec(true) } }) as ResourceClaimTemplate;
    await claims.create(claim('a', 'admin', true));
    await templates.create(template('admin'));
    const message = expect.stringContaining(refusal('spec.devices.requests[0].adminAccess'));
    await expect(claims.create(claim('a', 'default', true))).rejects.toMatchObject({ code: 422, message });
    await expect(templates.create(template('default'))).rejects.toMatchObject({ code: 422, message });
  });

  test('may be given there', async () => {
    const claims = cluster.client.of(ResourceClaims);
    const status = mergePatch({ status: { allocation: { devices: { results: [{ ...result, adminAccess: true }] } } } });
    await claims.create(claim('given', 'default'));
    await expect(claims.patch('given', status, { namespace: 'default', subresource: 'status' })).rejects.toMatchObject({
      message: expect.stringContaining(refusal('status.allocation.devices.results[0].adminAccess')),
    });
    await claims.patch('a', status, { namespace: 'admin', subresource: 'status' });
  });
});

describe('the status of claims', () => {
  const cannot = (who: string, verb: string, what: string, scope: string) =>
    `User "${who}" cannot ${verb} resource "resourceclaims/${what}" in API group "${GROUP}" ${scope}`;
  const noBinding = (who: string) =>
    `status: Forbidden: changing status.allocation or status.reservedFor requires resource="resourceclaims/binding", verb="patch" permission: resourceclaims.resource.k8s.io is forbidden: ${cannot(who, 'patch', 'binding', 'at the cluster scope')}`;
  const noDriver = (who: string, verbs: string) =>
    `status.devices: Forbidden: changing status.devices requires resource="resourceclaims/driver", verb="[${verbs}]" permission: resourceclaims.resource.k8s.io "d.example.com" is forbidden: ${cannot(who, verbs.split(' ')[0] as string, 'driver', 'in the namespace "default"')}`;

  test.each<[string, UserInfo, object, object, string | undefined]>([
    ['who binds allocates', BINDER, {}, { allocation }, undefined],
    ['who binds reserves', BINDER, { allocation }, { allocation, reservedFor: [consumer] }, undefined],
    [
      'who binds gives up, and what was said goes',
      BINDER,
      { allocation, devices: [told] },
      { allocation: null },
      undefined,
    ],
    [
      'who binds does not speak for a driver',
      BINDER,
      { allocation },
      { devices: [told] },
      noDriver('binder', 'arbitrary-node:patch'),
    ],
    ['a driver on the node speaks', user(DRIVER, 'n1'), { allocation }, { devices: [told] }, undefined],
    [
      'a driver does not speak for another node',
      user(DRIVER, 'n2'),
      { allocation },
      { devices: [told] },
      noDriver(DRIVER, 'arbitrary-node:patch'),
    ],
    [
      'a driver does not take back for another node',
      user(DRIVER),
      { allocation, devices: [told] },
      { devices: null },
      noDriver(DRIVER, 'arbitrary-node:patch'),
    ],
    ['a driver does not allocate', user(DRIVER, 'n1'), {}, { allocation }, noBinding(DRIVER)],
    ['a driver of all nodes speaks', user('anywhere'), { allocation }, { devices: [told] }, undefined],
  ])('%s', async (name, who, before, change, refusal) => {
    const made = await cluster.client.of(ResourceClaims).create({
      ...claim('', 'default'),
      metadata: { generateName: 'c-', namespace: 'default' },
    } as ResourceClaim);
    const at = { namespace: 'default', subresource: 'status' };
    const claimName = made.metadata?.name as string;
    const old = await cluster.client.of(ResourceClaims).patch(claimName, mergePatch({ status: before }), at);
    expect(old.status ?? {}, name).toEqual(before);
    const written = cluster
      .clientFor(who)
      .of(ResourceClaims)
      .patch(claimName, mergePatch({ status: change }), at);
    if (refusal === undefined) {
      const { status = {} } = await written;
      expect('devices' in status).toBe('devices' in change);
    } else await expect(written).rejects.toMatchObject({ code: 422, message: expect.stringContaining(refusal) });
  });
});
