import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RoleBinding, RoleBindings } from '#api/rbac/v1/role-binding.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
let endpoint: Endpoint;
let call: ReturnType<typeof createCall>;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  endpoint = await cluster.listen();
  call = createCall(endpoint);
  await call(MAPS, { method: 'POST', headers: AS_JSON, body: named('one') });
});
afterAll(() => cluster.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';
const AS_JSON = { 'content-type': 'application/json' };
const named = (name: string) => JSON.stringify({ metadata: { name } });

/** What the server says to a text, until it has said `end`. */
async function say(text: string, end: RegExp): Promise<string> {
  const { cert, key } = endpoint.admin.tls;
  const { port } = new URL(endpoint.server);
  const options = { port: Number(port), host: '127.0.0.1', ca: endpoint.ca, cert: cert as string, key: key as string };
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const opened = connectTls(options, () => resolve(opened)).once('error', reject);
  });
  let said = '';
  socket.on('data', (data) => {
    said += String(data);
  });
  socket.write(text);
  await waitFor(() => end.test(said));
  socket.destroy();
  return said;
}

describe('a wish to leave HTTP is not minded where nothing else is spoken', () => {
  const headers = { connection: 'Upgrade', upgrade: 'h2c' };
  test.each([
    ['/healthz', 200],
    ['/api/v1', 200],
    ['/nothing', 404],
    [`${MAPS}/one`, 200],
    ['/api/v1/namespaces/default/pods/none/log', 404],
    [`${MAPS}?watch=1&timeoutSeconds=1`, 200],
  ])('at %s', async (path, code) => {
    expect((await call(path, { headers })).code).toBe(code);
  });

  test('not by who sends a body, and the next request on the connection is heard', async () => {
    const body = named('two');
    const said = await say(
      [
        `POST ${MAPS} HTTP/1.1`,
        'host: x',
        'connection: upgrade',
        'upgrade: websocket',
        'content-type: application/json',
        'transfer-encoding: chunked',
        '',
        `${body.length.toString(16)}\r\n${body}\r\n0\r\n`,
        'GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      ].join('\r\n'),
      /\r\n\r\nok$/,
    );
    expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 200']);
  });
});

describe('a path means what it says when its escapes are read', () => {
  test.each([
    ['/api/v1/namespaces/default%2Fconfigmaps/one', 'ConfigMap'],
    ['/api/v1/namespaces/default/configmaps/%6Fne', 'ConfigMap'],
    ['/%61pi/v1/namespaces/default/configmaps/one', 'ConfigMap'],
    [`${MAPS}/one?watch=true`, 'ConfigMap'],
    ['/api/v1/namespaces//configmaps', 'ConfigMapList'],
    [`${MAPS}//`, 'ConfigMapList'],
  ])('%s is a %s', async (path, kind) => {
    const { code, json } = await call(path);
    expect([code, json.kind]).toEqual([200, kind]);
  });

  test.each([
    '/api/v1//configmaps',
    '/api//v1/configmaps',
    '/api/v1/namespaces/default%2Fx/configmaps',
    '/api/v1/namespaces/default//configmaps',
    '/api/v1/namespaces/default/configmaps/one/status/x',
    '/apis/apps/v9/deployments',
    '/api/v1/configmaps/one',
    '/api/v1/namespaces/default/nodes',
    '/api/v1/namespaces/default/namespaces/kube-system',
    '/version/x',
  ])('%s is nothing of the API', async (path) => {
    const { code, json } = await call(path);
    expect([code, json.message]).toEqual([404, 'the server could not find the requested resource']);
  });

  test.each(['//api/v1/configmaps', '/apis//v1/configmaps', '/apis/none.example.com/v1/things', '/apix', '/healthz/'])(
    '%s is nothing at all',
    async (path) => {
      const { code, bytes } = await call(path);
      expect([code, String(bytes)]).toEqual([404, '404 page not found\n']);
    },
  );

  test.each([
    ['GET', '%25', "%\": may not contain '%'"],
    ['DELETE', 'a%25', "a%\": may not contain '%'"],
    ['PATCH', '.%25', ".%\": may not contain '%'"],
  ])('%s of an object that cannot be called %s is refused', async (method, name, fault) => {
    const { code, json } = await call(`${MAPS}/${name}`, { method, headers: AS_JSON });
    expect([code, json.message]).toEqual([400, `Name parameter invalid: "${fault}`]);
  });

  test.each(['POST', 'DELETE'])('%s is for one namespace at a time', async (method) => {
    const { code, json } = await call('/api/v1/configmaps', { method, headers: AS_JSON, body: named('all') });
    expect([code, json.reason]).toEqual([405, 'MethodNotAllowed']);
  });

  test.each([
    ['GET', '/api/v1/bindings'],
    ['POST', '/api/v1/bindings'],
    ['POST', '/apis/authorization.k8s.io/v1/localsubjectaccessreviews'],
    ['GET', '/api/v1/namespaces//nodes'],
    ['GET', '/api/v1/watch/componentstatuses'],
    ['GET', '/api/v1/watch/namespaces/default/pods/x/status'],
    ['HEAD', '/api/v1/nothing'],
  ])('%s %s has no place', async (method, path) => {
    expect((await call(path, { method, headers: AS_JSON })).code).toBe(404);
  });

  test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s needs the namespace that its path leaves out', async (method) => {
    const headers = { 'content-type': `application/${method === 'PATCH' ? 'merge-patch+' : ''}json` };
    for (const path of ['/api/v1/namespaces//configmaps/one', '/api/v1/namespaces//configmaps/a%25']) {
      const { code, json } = await call(path, { method, headers, body: named('one') });
      expect([code, json.message]).toEqual([400, 'Namespace parameter required.']);
    }
  });

  test('nothing is created or deleted where the path leaves out the namespace', async () => {
    const path = '/api/v1/namespaces//configmaps';
    const created = await call(path, { method: 'POST', headers: AS_JSON, body: named('nowhere') });
    expect([created.code, created.json.message]).toEqual([
      422,
      'ConfigMap "nowhere" is invalid: metadata.namespace: Required value',
    ]);
    const deleted = await call(path, { method: 'DELETE' });
    expect([deleted.code, deleted.json.message]).toEqual([400, 'Namespace parameter required.']);
    expect((await call(`${MAPS}/one`)).code).toBe(200);
    const noneOf = '/api/v1/namespaces//replicationcontrollers';
    expect((await call(noneOf, { method: 'DELETE' })).json.kind).toBe('ReplicationControllerList');
  });

  test('whose part has no object needs one', async () => {
    const { code, json } = await call('/api/v1/namespaces/default/pods//status');
    expect([code, json.message]).toEqual([400, 'name must be provided']);
  });

  test.each(['/api/v1/%zz', '/%', '/api/v1/namespaces/a%2'])('%s is no path', async (path) => {
    const said = await say(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`, /\r\n\r\n400 Bad Request$/);
    expect(said).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });
});

test.each(['/api/v1/watch', '/api/v1/watch/?a=b', '/api/v1/proxy', '/apis/apps/v1/watch', '/api/v1/%77atch'])(
  '%s has a verb and nothing behind it',
  async (path) => {
    for (const identity of [undefined, null]) {
      const { code, bytes } = await call(path, identity === null ? { identity } : {});
      expect([code, String(bytes)]).toEqual([
        400,
        `Bad Request: "${path}": failed to create RequestInfo: unable to determine kind and namespace from url, ${path}\n`,
      ]);
    }
  },
);

test.each(['HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])('%s does not watch', async (method) => {
  const one = '/api/v1/watch/namespaces/default/configmaps/one';
  for (const path of ['/api/v1/watch/configmaps', '/api/v1/watch/namespaces/default/configmaps', one]) {
    expect((await call(path, { method, headers: AS_JSON, body: named('more') })).code).toBe(405);
  }
  expect((await call(`${MAPS}/one`)).code).toBe(200);
});

test.each([
  ...['/version', '/api', '/api/v1', '/apis/apps/v1', '/openid/v1/jwks', '/api/v1/namespaces/default'],
  ...[MAPS, `${MAPS}/one`, `${MAPS}?watch=1`, '/api/v1/namespaces/default/pods/none/log'],
])('HEAD is not for %s', async (path) => {
  const { code, bytes } = await call(path, { method: 'HEAD' });
  expect([code, bytes.length]).toEqual([405, 0]);
});

test.each(['/healthz', '/openapi/v2', '/openapi/v3', '/apis', '/apis/apps', '/', '/metrics'])(
  '%s is told whatever the method',
  async (path) => {
    for (const method of ['HEAD', 'POST']) expect((await call(path, { method })).code).toBe(200);
  },
);

test.each(['True', 'yes', '', '1'])('watch=%s watches', async (watch) => {
  const { bytes } = await call(`${MAPS}?watch=${watch}&timeoutSeconds=1`);
  expect(JSON.parse(String(bytes).split('\n')[0] ?? '').type).toBe('ADDED');
});

test.each([
  ['true', true],
  ['t', true],
  ['yes', false],
  ['0', false],
])('pretty=%s is %s', async (pretty, is) => {
  expect(String((await call(`${MAPS}/one?pretty=${pretty}`)).bytes).includes('\n  ')).toBe(is);
});

test('who may do everything in a namespace may do nothing outside by naming it in the path', async () => {
  const [metadata, apiGroup] = [{ name: 'owner', namespace: 'default' }, 'rbac.authorization.k8s.io'];
  await cluster.client.of(RoleBindings).create({
    metadata,
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup, kind: 'User', name: 'owner' }],
  } as RoleBinding);
  const { certificate: cert, key } = await endpoint.certificateFor('owner', []);
  const identity = { cert, key };
  const binding = JSON.stringify({
    metadata: { name: 'more' },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup, kind: 'User', name: 'owner' }],
  });
  const inside = (path: string) => `/api/v1/namespaces/default${path}`;
  const rbac = `/apis/${apiGroup}/v1/namespaces/default`;
  const attempts: [string, string, string?][] = [
    ['GET', inside('/nodes')],
    ['GET', inside('/nodes/n1/proxy/pods')],
    ['POST', inside('/nodes'), named('evil')],
    ['POST', inside('/namespaces'), named('evil')],
    ['DELETE', inside('/namespaces/kube-system')],
    ['DELETE', inside('/persistentvolumes')],
    ['POST', `${rbac}/clusterrolebindings`, binding],
    ['PATCH', `${rbac}/clusterroles/cluster-admin`, '{}'],
    ['GET', inside('/nodes?watch=1&timeoutSeconds=1')],
  ];
  for (const [method, path, body] of attempts) {
    const { code } = await call(path, { method, identity, headers: AS_JSON, ...(body ? { body } : {}) });
    expect([method, path, code]).toEqual([method, path, 404]);
  }
  expect((await call(MAPS, { identity })).code).toBe(200);
  const forbidden = await call('/api/v1/nodes', { identity });
  expect([forbidden.code, forbidden.headers['x-content-type-options']]).toEqual([403, 'nosniff']);
});
