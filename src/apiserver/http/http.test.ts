import { once } from 'node:events';
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Pod } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { decodeProtobuf } from '#machinery/codec/protobuf.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';

let cluster: Cluster;
let endpoint: Endpoint;
let call: ReturnType<typeof createCall>;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  endpoint = await cluster.listen();
  call = createCall(endpoint);
});
afterAll(() => cluster.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';
const json = { 'content-type': 'application/json' };

describe('who may', () => {
  test('anonymous reaches health and version, and nothing else', async () => {
    const paths = ['/healthz', '/livez', '/readyz', '/version', '/api', '/api/v1/namespaces', '/'];
    const codes = await Promise.all(paths.map(async (path) => (await call(path, { identity: null })).code));
    expect(codes).toEqual([200, 200, 200, 200, 401, 401, 401]);
    expect((await call('/api/v1/namespaces', { identity: null })).json).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    });
  });

  test.each([
    ['/readyz', {}, [200, true]],
    ['/api', {}, [401, true]],
    ['/api', { authorization: 'Bearer nonsense' }, [401, true]],
    ['/api', 'admin', [200, false]],
  ] as const)('%s over HTTP/2, by %j: the connection takes one request of nobody', async (path, who, expected) => {
    const { cert, key } = endpoint.admin.tls;
    const session = connectHttp2(endpoint.server, { ca: endpoint.ca, ...(who === 'admin' ? { cert, key } : {}) });
    let isEnded = false;
    session.once('goaway', () => {
      isEnded = true;
    });
    const stream = session.request({ ':path': path, ...(who === 'admin' ? {} : who) });
    const [{ ':status': code }] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    stream.resume();
    await once(stream, 'close');
    // What the server says before its answer to this has been heard by then.
    if (!isEnded) await new Promise((resolve) => session.ping(resolve));
    session.destroy();
    expect([code, isEnded]).toEqual(expected);
  });

  test('a wrong token is refused', async () => {
    const answer = await call('/api', { identity: null, headers: { authorization: 'Bearer nonsense' } });
    expect([answer.code, answer.json.reason]).toEqual([401, 'Unauthorized']);
  });

  test.each(['RS256', 'RS512', 'PS256', 'ES512', 'HS256', 'EdDSA', 'none', 'constructor', 5])(
    'a token is refused that is signed by %s, as this server signs none',
    async (alg) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      for (const iss of ['https://kubernetes.default.svc.cluster.local', 'kubernetes/serviceaccount']) {
        const token = `${part({ alg })}.${part({ iss })}.${'A'.repeat(344)}`;
        const { code, json: status } = await call('/api', {
          identity: null,
          headers: { authorization: `Bearer ${token}` },
        });
        expect([code, status.message]).toEqual([401, 'Unauthorized']);
      }
    },
  );

  test('a certificate names its user and groups', async () => {
    const { certificate: cert, key } = await endpoint.certificateFor('jane', ['team-a']);
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const answer = await call('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      method: 'POST',
      headers: json,
      body: JSON.stringify(review),
      identity: { cert, key },
    });
    expect(answer.json.status.userInfo).toMatchObject({ username: 'jane', groups: ['team-a', 'system:authenticated'] });
  });

  test('a service-account token works until its account is deleted', async () => {
    const accounts = cluster.client.of(ServiceAccounts);
    await accounts.create({ metadata: { name: 'robot', namespace: 'default' } });
    const answer = await accounts.createSubresource<{ status: { token: string } }>(
      'robot',
      'token',
      { spec: { audiences: [] } },
      { namespace: 'default' },
    );
    const headers = { authorization: `Bearer ${answer.status.token}` };
    expect((await call(MAPS, { identity: null, headers })).json.message).toContain(
      'User "system:serviceaccount:default:robot" cannot list',
    );
    await accounts.delete('robot', { namespace: 'default' });
    expect((await call(MAPS, { identity: null, headers })).code).toBe(401);
  });
});

describe('encodings', () => {
  test('a body may be YAML and the answer protobuf', async () => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  "on": "yes"\n';
    const created = await call(MAPS, { method: 'POST', headers: { 'content-type': 'application/yaml' }, body });
    expect([created.code, created.json.data]).toEqual([201, { on: 'yes' }]);
    const answer = await call(`${MAPS}/yaml`, { headers: { accept: 'application/vnd.kubernetes.protobuf' } });
    expect(decodeProtobuf(answer.bytes, ConfigMaps.schema)).toMatchObject({ kind: 'ConfigMap', data: { on: 'yes' } });
    const yaml = await call(`${MAPS}/yaml`, { headers: { accept: 'application/yaml' } });
    expect(yaml.bytes.toString()).toMatch(/^apiVersion: v1\ndata:\n {2}"on": "yes"\nkind: ConfigMap\n/);
  });

  test('what is never told in rows is a 406 for those who take nothing else', async () => {
    const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const body = JSON.stringify({ spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } });
    const review = (accept: string) => call(path, { method: 'POST', headers: { ...json, accept }, body });
    expect((await review(table)).code).toBe(406);
    expect((await review(`${table},application/json`)).json.kind).toBe('SelfSubjectAccessReview');
  });

  test('a table of what is not stored has columns, too', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const { json } = await call('/api/v1/componentstatuses', { headers: { accept } });
    expect([json.kind, json.columnDefinitions.map(({ name }: { name: string }) => name)]).toEqual([
      'Table',
      ['Name', 'Status', 'Message', 'Error'],
    ]);
    expect(json.rows.map(({ cells }: { cells: string[] }) => cells[0])).toEqual([
      'controller-manager',
      'etcd-0',
      'scheduler',
    ]);
  });

  test('a table has the kind’s columns', async () => {
    const answer = await call('/api/v1/pods', {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
    });
    expect(answer.json.columnDefinitions.slice(0, 5).map((column: { name: string }) => column.name)).toEqual([
      'Name',
      'Ready',
      'Status',
      'Restarts',
      'Age',
    ]);
    expect(answer.json).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1', rows: [] });
  });

  test('metadata alone can be asked for', async () => {
    const answer = await call('/api/v1/namespaces/default', {
      headers: { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' },
    });
    expect(Object.keys(answer.json).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
  });

  test('a form that nobody has is refused with 406', async () => {
    const types = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
    const streams = 'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';
    const text = (available: string) => `406: Not Acceptable\n\nAvailable representations: ${available}`;
    const told = async (path: string, accept: string) => {
      const { code, json } = await call(path, { headers: { accept } });
      return [code, json.message, json.details];
    };
    expect(await told('/api/v1/pods', 'text/html')).toEqual([406, text(`${types}, ${streams}`), {}]);
    expect(await told('/api/v1/pods?watch=1', 'application/*')).toEqual([406, text(`${types}, ${streams}`), {}]);
    expect(await told('/api/v1/namespaces/default', 'text/html')).toEqual([406, text(types), {}]);
    expect(await told('/apis/apps', 'text/html')).toEqual([406, text(types), {}]);
    const known = 'text/html, application/json;as=Nothing';
    expect(await told('/api/v1/pods', known)).toEqual([
      406,
      `only the following media types are accepted: ${types}`,
      undefined,
    ]);
    expect((await call('/api', { headers: { accept: 'text/html, */*;q=0.1' } })).code).toBe(200);
  });
});

describe('bad input', () => {
  const post = (body: string, query = '', path = MAPS) =>
    call(`${path}${query}`, { method: 'POST', headers: json, body });

  test.each([
    [
      'a wrong type',
      '{"data":[1]}',
      /cannot unmarshal array into Go struct field ConfigMap\.data of type map\[string\]string/,
    ],
    [
      'another namespace',
      '{"metadata":{"name":"x","namespace":"other"}}',
      /does not match the namespace sent on the request/,
    ],
  ])('%s is a 400', async (_title, body, message) => {
    const answer = await post(body);
    expect([answer.code, answer.json.reason]).toEqual([400, 'BadRequest']);
    expect(answer.json.message).toMatch(message);
  });

  const META =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  test.each([
    ['', 'unexpected end of JSON input (<empty>)'],
    ['{"kind":"ConfigMap","metadata":{"n', 'unexpected end of JSON input ({"kind":"ConfigMap","metadata" ...)'],
    ['nope', "invalid character 'o' in literal null (expecting 'u') (6e6f7065)"],
    ['[]', `json: cannot unmarshal array into Go value of type ${META} (5b5d)`],
    ['{"kind":1}', 'json: cannot unmarshal number into Go struct field .kind of type string ({"kind":1})'],
  ])('%s is not recognized', async (body, why) => {
    expect((await post(body)).json).toMatchObject({
      code: 400,
      message: `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: ${why}`,
    });
  });

  test.each([
    ['v1', 'Secret', {}, 'converting (v1.Secret) to (core.ConfigMap): unknown conversion'],
    [
      'v1',
      'Secret',
      { data: 1 },
      'json: cannot unmarshal number into Go struct field Secret.data of type map[string][]uint8',
    ],
    ['v1', 'Foo', {}, 'no kind "Foo" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"'],
    [
      'v9',
      'ConfigMap',
      {},
      'no kind "ConfigMap" is registered for version "v9" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    ],
    ['apps/v1', 'Deployment', {}, 'converting (v1.Deployment) to (core.ConfigMap): unknown conversion'],
  ])('%s %s is not handled as another kind', async (apiVersion, kind, rest, why) => {
    const { json: status } = await post(JSON.stringify({ apiVersion, kind, ...rest }));
    const version = apiVersion.split('/').at(-1);
    expect(status).toMatchObject({
      code: 400,
      message: `${kind} in version "${version}" cannot be handled as a ConfigMap: ${why}`,
    });
  });

  test.each([
    ['apps/v1', 'deployments', 'Deployment', 'apps/v1beta1'],
    ['autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', 'autoscaling/v1'],
  ])('%s %s are not taken in another version', async (expected, plural, kind, apiVersion) => {
    const body = JSON.stringify({ apiVersion, kind });
    const { json: status } = await post(body, '', `/apis/${expected}/namespaces/default/${plural}`);
    expect([status.code, status.message]).toEqual([
      400,
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    ]);
  });

  test('each key that YAML has twice is a warning of its own, and unknown members are told sorted', async () => {
    const body = 'metadata:\n  name: twice\n  zone: 1\ndata:\n  a: x\n  a: y\n  a: z\nbase: 1\n';
    const { headers } = await call(`${MAPS}?dryRun=All`, {
      method: 'POST',
      headers: { 'content-type': 'application/yaml' },
      body,
    });
    expect(
      String(headers['warning'])
        .match(/(?<=299 - ")(?:[^"\\]|\\.)*/g)
        ?.map((text) => text.replaceAll('\\', '')),
    ).toEqual([
      'line 6: key "a" already set in map',
      'line 7: key "a" already set in map',
      'unknown field "base"',
      'unknown field "metadata.zone"',
    ]);
  });

  test('a missing name is a 422 with its field', async () => {
    const answer = await post('{"data":{}}');
    expect(answer.json).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
      details: { causes: [{ reason: 'FieldValueRequired', field: 'metadata.name' }] },
    });
  });

  test('unknown and duplicate fields are errors, warnings or nothing, as asked', async () => {
    const body = '{"metadata":{"name":"strict"},"datta":{},"data":{"a":"1","a":"2"}}';
    const strict = await post(body, '?fieldValidation=Strict&dryRun=All');
    expect(strict.json.message).toContain('strict decoding error: unknown field "datta"');
    const warned = await post(body, '?fieldValidation=Warn&dryRun=All');
    expect([warned.code, warned.headers['warning']]).toEqual([
      201,
      expect.stringContaining('299 - "unknown field \\"datta\\""'),
    ]);
    const ignored = await post(body, '?fieldValidation=Ignore&dryRun=All');
    expect([ignored.code, ignored.headers['warning']]).toEqual([201, undefined]);
  });

  test('an unsupported patch type is a 415', async () => {
    const answer = await call(`${MAPS}/x`, { method: 'PATCH', headers: { 'content-type': 'text/plain' }, body: '{}' });
    expect(answer.code).toBe(415);
  });

  test('a body over three megabytes is a 413', async () => {
    const body = JSON.stringify({ metadata: { name: 'big' }, data: { x: 'y'.repeat(3 * 1024 * 1024) } });
    expect((await post(body)).code).toBe(413);
  });

  test('paths and methods that do not exist are 404 and 405', async () => {
    const codes = [
      await call('/api/v1/nothings'),
      await call('/apis/no.such/v1'),
      await call(MAPS.replace('configmaps', 'bindings')),
    ];
    expect(codes.map((answer) => answer.code)).toEqual([404, 404, 405]);
  });

  test('garbage on the wire does not disturb others', async () => {
    const socket = connectTls({
      host: '127.0.0.1',
      port: Number(new URL(endpoint.server).port),
      rejectUnauthorized: false,
    });
    await new Promise<void>((resolve) => {
      socket.once('secureConnect', () => socket.write('\x00\x01nonsense\r\n\r\n'));
      socket.once('close', () => resolve());
      socket.resume();
    });
    expect((await call('/healthz')).bytes.toString()).toBe('ok');
  });
});

describe('discovery', () => {
  test('groups come in upstream’s order, the preferred version first', async () => {
    const { json: list } = await call('/apis');
    expect(list.groups.slice(0, 3).map((group: { name: string }) => group.name)).toEqual([
      'apiregistration.k8s.io',
      'apps',
      'events.k8s.io',
    ]);
    const autoscaling = list.groups.find((group: { name: string }) => group.name === 'autoscaling');
    expect(autoscaling.preferredVersion.version).toBe('v2');
  });

  test('resources tell their verbs, short names and subresources', async () => {
    const { json: list } = await call('/apis/apps/v1');
    const named = Object.fromEntries(list.resources.map((resource: { name: string }) => [resource.name, resource]));
    expect(named.deployments).toMatchObject({
      shortNames: ['deploy'],
      categories: ['all'],
      singularName: 'deployment',
      namespaced: true,
    });
    expect(named['deployments/scale']).toMatchObject({ group: 'autoscaling', version: 'v1', kind: 'Scale' });
  });

  test('everything comes in one answer for those who ask so', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const { json: list, headers } = await call('/apis', { headers: { accept } });
    expect([list.kind, list.apiVersion]).toEqual(['APIGroupDiscoveryList', 'apidiscovery.k8s.io/v2']);
    expect(headers['content-type']).toContain('as=APIGroupDiscoveryList');
  });

  test('OpenAPI is cached by hash', async () => {
    const { json: root } = await call('/openapi/v3');
    const url = root.paths['apis/apps/v1'].serverRelativeURL;
    const document = await call(url);
    expect(document.json.components.schemas['io.k8s.api.apps.v1.Deployment']).toBeDefined();
    const again = await call(url, { headers: { 'if-none-match': document.headers['etag'] as string } });
    expect(again.code).toBe(304);
  });
});

test('a watch from a revision before this server’s memory is 410 Expired', async () => {
  const store = createMemoryStore();
  const first = await Cluster.start({ store, controllers: false, scheduler: false });
  await first.stop();
  const second = await Cluster.start({ store, controllers: false, scheduler: false });
  const watching = second.client.of(ConfigMaps).watch({ resourceVersion: '1' }, () => {}, AbortSignal.timeout(10_000));
  await expect(watching).rejects.toMatchObject({ code: 410, reason: 'Expired' });
  await second.stop();
  await store.close();
});

test('a pod in protobuf is created as one in JSON is', async () => {
  const { encodeProtobuf } = await import('#machinery/codec/protobuf.ts');
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'wire' },
    spec: { containers: [{ name: 'c', image: 'busybox' }] },
  };
  const answer = await call('/api/v1/namespaces/default/pods', {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
    body: Buffer.from(encodeProtobuf(pod, Pod)),
  });
  expect([answer.code, answer.json.spec.containers[0].image]).toEqual([201, 'busybox']);
});

test('a refusal warns as an answer does', async () => {
  const body = JSON.stringify({ metadata: { name: 'Wrong' }, dada: {} });
  const { code, headers } = await call(MAPS, { method: 'POST', headers: json, body });
  expect([code, headers['warning']]).toEqual([422, '299 - "unknown field \\"dada\\""']);
});

describe('answers', () => {
  test('over HTTP/1.1 leave the connection open without a word of it', async () => {
    const { cert, key } = endpoint.admin.tls as { cert: string; key: string };
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = () =>
      new Promise<readonly unknown[]>((resolve, reject) => {
        const request = httpsRequest(`${endpoint.server}/version`, { agent, ca: endpoint.ca, cert, key }, (answer) => {
          const { connection, 'keep-alive': keepAlive } = answer.headers;
          answer.resume().once('end', () => resolve([connection, keepAlive, request.reusedSocket]));
        });
        request.once('error', reject).end();
      });
    expect([await ask(), await ask()]).toEqual([
      [undefined, undefined, false],
      [undefined, undefined, true],
    ]);
    agent.destroy();
  });

  test('an item of a list does not say its kind, in any encoding', async () => {
    const { json: list } = await call('/api/v1/namespaces');
    const pretty = await call('/api/v1/namespaces?pretty=1');
    const { json: versions } = await call('/apis/autoscaling/v1/horizontalpodautoscalers');
    const yaml = await call('/api/v1/namespaces', { headers: { accept: 'application/yaml' } });
    expect(Object.keys(list.items[0])).toEqual(['metadata', 'spec', 'status']);
    expect(pretty.json.items).toEqual(list.items);
    expect(versions.items).toEqual([]);
    expect(yaml.bytes.toString().match(/^ *-? *kind: .*$/gm)).toEqual(['kind: NamespaceList']);
  });

  test('of deletes are a Status, or the object where upstream documents it', async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    const body = JSON.stringify({ metadata: { name: 'gone' } });
    const told = [];
    for (const collection of [accounts, MAPS]) {
      await call(collection, { method: 'POST', headers: json, body });
      told.push((await call(`${collection}/gone`, { method: 'DELETE' })).json);
    }
    const { uid } = told[1].details;
    expect(told).toMatchObject([
      { kind: 'ServiceAccount', metadata: { name: 'gone' } },
      { kind: 'Status', status: 'Success', details: { name: 'gone', kind: 'configmaps', uid } },
    ]);
    const { paths } = (await call('/openapi/v2')).json;
    const documented = [accounts, MAPS].map((path) => {
      const item = paths[`${path.replace('default', '{namespace}')}/{name}`];
      return item.delete.responses['200'].schema.$ref;
    });
    expect(documented).toEqual([
      '#/definitions/io.k8s.api.core.v1.ServiceAccount',
      '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Status',
    ]);
  });

  test.each(['/', '/index.html'])('%s lists what is served', async (path) => {
    const { bytes, json } = await call(path);
    expect(json.paths).toEqual([...json.paths].sort());
    expect(json.paths).toEqual(
      expect.arrayContaining([
        ...['/.well-known/openid-configuration', '/api', '/api/v1', '/apis', '/apis/', '/apis/apps', '/apis/apps/v1'],
        ...[
          '/healthz',
          '/healthz/etcd',
          '/livez/ping',
          '/metrics',
          '/metrics/slis',
          '/openapi/v3/',
          '/readyz/shutdown',
        ],
      ]),
    );
    expect(bytes.toString().endsWith('}')).toBe(true);
  });

  test('how well the server is, is told whatever the method', async () => {
    const answers = await Promise.all(['OPTIONS', 'POST', 'DELETE'].map((method) => call('/healthz', { method })));
    expect(answers.map(({ code, bytes }) => [code, bytes.toString()])).toEqual(Array(3).fill([200, 'ok']));
  });

  test.each([
    ['DELETE', '/api'],
    ['POST', '/apis/apps/v1'],
    ['PUT', '/version'],
    ['GET', '/apis/authorization.k8s.io/v1/subjectaccessreviews'],
    ['DELETE', '/api/v1/componentstatuses/x'],
    ['GET', '/api/v1/namespaces/default/bindings'],
  ])('%s %s is a method that is not there', async (method, path) => {
    const { code, json: status } = await call(path, { method });
    expect([code, status.message]).toEqual([405, 'the server does not allow this method on the requested resource']);
  });

  test.each(['/', '/healthz', '/metrics', '/api', '/openapi/v2', '/nowhere', '/livez/nothing', MAPS])(
    '%s is not kept by caches',
    async (path) => {
      expect((await call(path)).headers['cache-control']).toBe('no-cache, private');
    },
  );
});
