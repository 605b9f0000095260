import { afterAll, beforeAll, expect, test } from 'vitest';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { Secrets } from '#api/core/v1/secret.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { RoleBindings } from '#api/rbac/v1/role-binding.ts';
import { type Identity, type SecureServer, startSecureServer } from '../authentication/testing/secure-server.ts';

interface Caller {
  readonly identity: Identity;
  readonly headers?: Record<string, string>;
}

let server: SecureServer;
const callers = new Map<string, Caller>();

beforeAll(async () => {
  server = await startSecureServer();
  const { admin, endpoint } = server;
  for (const name of ['team', 'other']) await admin.of(Namespaces).create({ metadata: { name } });
  const certificate = async (user: string, ...groups: string[]): Promise<Caller> => {
    const { certificate: cert, key } = await endpoint.certificateFor(user, groups);
    return { identity: { cert, key } };
  };
  const controller = 'system:serviceaccount:kube-system:deployment-controller';
  callers.set('masters', await certificate('root', 'system:masters'));
  callers.set('cluster-admin', await certificate('cluster-admin'));
  callers.set('admin', await certificate('admin'));
  callers.set('edit', await certificate('edit'));
  callers.set('view', await certificate('view'));
  callers.set('nobody', await certificate('nobody'));
  callers.set('node', await certificate('system:node:n1', 'system:nodes'));
  callers.set('controller', await certificate(controller, 'system:serviceaccounts:kube-system'));
  callers.set('monitor', await certificate('monitor', 'system:monitoring'));
  callers.set('anonymous', { identity: null });
  callers.set('bootstrap', { identity: null, headers: { authorization: 'Bearer abcdef.0123456789abcdef' } });
  callers.set('actor', { ...(await certificate('actor')), headers: { 'impersonate-user': 'view' } });
  await bind(admin);
  await admin.of(ServiceAccounts).create({ metadata: { name: 'default', namespace: 'team' } });
  await admin.of(Pods).create({
    metadata: { name: 'web', namespace: 'team' },
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'c', image: 'i' }],
      volumes: [{ name: 's', secret: { secretName: 'mounted' } }],
    },
  } as Pod);
});
afterAll(() => server.stop());

async function bind(admin: SecureServer['admin']): Promise<void> {
  const user = (name: string) => [{ kind: 'User', name }];
  for (const name of ['admin', 'edit', 'view']) {
    await admin.of(RoleBindings).create({
      metadata: { name, namespace: 'team' },
      roleRef: { kind: 'ClusterRole', name },
      subjects: user(name),
    });
  }
  const rules = [{ verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['view'] }];
  await admin.of(ClusterRoles).create({ metadata: { name: 'actor' }, rules });
  const bindings = [
    { role: 'cluster-admin', subjects: user('cluster-admin') },
    { role: 'actor', subjects: user('actor') },
    { role: 'system:node-bootstrapper', subjects: [{ kind: 'Group', name: 'system:bootstrappers' }] },
  ];
  for (const { role: name, subjects } of bindings) {
    const roleRef = { kind: 'ClusterRole', name };
    await admin.of(ClusterRoleBindings).create({ metadata: { name: `test-${name}` }, roleRef, subjects });
  }
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  await admin.of(Secrets).create({
    metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    data: {
      'token-id': base64('abcdef'),
      'token-secret': base64('0123456789abcdef'),
      'usage-bootstrap-authentication': base64('true'),
    },
  });
}

/** Writes are sent without a body that could be stored: whoever may gets another error than 401 and 403. */
async function allowed(request: string): Promise<string> {
  const [method = '', path = ''] = request.split(' ');
  const isWrite = ['POST', 'PUT', 'PATCH'].includes(method);
  const names: string[] = [];
  for (const [name, { identity, headers = {} }] of callers) {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const { code } = await server.call(path, {
      method,
      identity,
      headers: { ...headers, 'content-type': type },
      ...(isWrite ? { body: '[]' } : {}),
    });
    if (code !== 401 && code !== 403) names.push(name);
  }
  return names.join(' ');
}

const CORE = '/api/v1/namespaces';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const ROOT = 'masters cluster-admin';
const SOMEBODY = 'masters cluster-admin admin edit view nobody node controller monitor bootstrap actor';

test.each<[string, string]>([
  // What everybody may see.
  ['GET /healthz', 'masters cluster-admin admin edit view nobody node controller monitor anonymous bootstrap actor'],
  ['GET /version', 'masters cluster-admin admin edit view nobody node controller monitor anonymous bootstrap actor'],
  ['GET /apis', SOMEBODY],
  ['GET /openapi/v2', SOMEBODY],
  ['GET /metrics', `${ROOT} monitor`],
  ['GET /api/v1/nodes/n1/metrics', `${ROOT} monitor`],
  ['GET /openid/v1/jwks', ROOT],
  ['POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews', SOMEBODY],
  ['POST /apis/authorization.k8s.io/v1/subjectaccessreviews', 'masters cluster-admin node'],
  ['POST /apis/authentication.k8s.io/v1/tokenreviews', 'masters cluster-admin node'],
  // Pods, in a namespace where three people hold roles, and elsewhere.
  [`GET ${CORE}/team/pods`, `${ROOT} admin edit view controller actor`],
  [`GET ${CORE}/other/pods`, `${ROOT} controller`],
  ['GET /api/v1/pods', `${ROOT} controller`],
  ['GET /api/v1/pods?fieldSelector=spec.nodeName=n1', `${ROOT} node controller`],
  ['GET /api/v1/pods?fieldSelector=spec.nodeName=n2', `${ROOT} controller`],
  [`GET ${CORE}/team/pods/web`, `${ROOT} admin edit view node controller actor`],
  [`GET ${CORE}/team/pods/none`, `${ROOT} admin edit view controller actor`],
  [`POST ${CORE}/team/pods`, `${ROOT} admin edit node`],
  [`PATCH ${CORE}/team/pods/none`, `${ROOT} admin edit`],
  [`PATCH ${CORE}/team/pods/none/status`, `${ROOT} node`],
  [`DELETE ${CORE}/team/pods/none`, `${ROOT} admin edit node`],
  [`DELETE ${CORE}/other/pods?labelSelector=none=none`, ROOT],
  [`GET ${CORE}/team/pods/none/log`, `${ROOT} admin edit view actor`],
  [`POST ${CORE}/team/pods/none/eviction`, `${ROOT} admin edit node`],
  // Secrets.
  [`GET ${CORE}/team/secrets`, `${ROOT} admin edit`],
  [`GET ${CORE}/team/secrets/mounted`, `${ROOT} admin edit node`],
  [`GET ${CORE}/team/secrets/none`, `${ROOT} admin edit`],
  [`GET ${CORE}/team/secrets?fieldSelector=metadata.name=mounted`, `${ROOT} admin edit node`],
  [`GET ${CORE}/kube-system/secrets/bootstrap-token-abcdef`, ROOT],
  // Nodes and what belongs to them.
  ['GET /api/v1/nodes', ROOT],
  ['GET /api/v1/nodes/n1', `${ROOT} node`],
  ['GET /api/v1/nodes/n2', ROOT],
  ['PATCH /api/v1/nodes/n1/status', `${ROOT} node`],
  ['GET /apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1', `${ROOT} node`],
  ['GET /apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n2', ROOT],
  ['GET /apis/storage.k8s.io/v1/csinodes/n1', `${ROOT} node`],
  ['GET /apis/storage.k8s.io/v1/csinodes/n2', ROOT],
  [`POST ${CORE}/team/serviceaccounts/default/token`, `${ROOT} admin edit node`],
  [`POST ${CORE}/team/serviceaccounts/none/token`, `${ROOT} admin edit`],
  ['POST /apis/certificates.k8s.io/v1/certificatesigningrequests', `${ROOT} node bootstrap`],
  // Events are in two groups.
  [`GET ${CORE}/team/events`, `${ROOT} admin edit view actor`],
  ['GET /apis/events.k8s.io/v1/namespaces/team/events', `${ROOT} admin edit view actor`],
  ['DELETE /apis/events.k8s.io/v1/namespaces/team/events/none', `${ROOT} admin edit`],
  ['POST /apis/events.k8s.io/v1/namespaces/other/events', `${ROOT} node controller`],
  // Workloads.
  [`PUT /apis/apps/v1/namespaces/team/deployments/none`, `${ROOT} admin edit controller`],
  [`PUT /apis/apps/v1/namespaces/other/deployments/none`, `${ROOT} controller`],
  [`PUT /apis/apps/v1/namespaces/team/deployments/none/status`, `${ROOT} controller`],
  [`GET /apis/apps/v1/namespaces/team/deployments/none/scale`, `${ROOT} admin edit view actor`],
  // Rights themselves.
  [`GET ${RBAC}/namespaces/team/roles`, `${ROOT} admin`],
  [`POST ${RBAC}/namespaces/team/rolebindings`, `${ROOT} admin`],
  [`GET ${RBAC}/clusterroles`, ROOT],
  [`POST ${RBAC}/clusterrolebindings`, ROOT],
  // Namespaces are objects in themselves.
  ['GET /api/v1/namespaces', ROOT],
  ['GET /api/v1/namespaces/team', `${ROOT} admin edit view actor`],
  ['DELETE /api/v1/namespaces/none', ROOT],
  ['GET /api/v1/namespaces/team/resourcequotas', `${ROOT} admin edit view actor`],
  ['POST /api/v1/namespaces/team/resourcequotas', ROOT],
])('%s', async (request, expected) => {
  const order = [...callers.keys()];
  const sorted = expected.split(' ').sort((a, b) => order.indexOf(a) - order.indexOf(b));
  expect(await allowed(request)).toBe(sorted.join(' '));
});
