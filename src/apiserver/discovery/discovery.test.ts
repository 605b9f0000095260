import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APIGroupDiscoveryList } from '#api/apidiscovery/v2/api-group-discovery.ts';
import { APIGroupList, APIResourceList } from '#api/meta/v1/discovery.ts';
import { decodeProtobuf } from '#machinery/codec/protobuf.ts';
import { parseYaml } from '#machinery/codec/yaml.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import { discoveryForm } from './serve-discovery.ts';

let cluster: Cluster;
let call: ReturnType<typeof createCall>;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  call = createCall(await cluster.listen());
});
afterAll(() => cluster.stop());

const V2 = 'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const V2BETA1 = V2.replace('v2', 'v2beta1');
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

describe('the form of discovery', () => {
  test.each([
    ['', ['json', undefined]],
    ['*/*', ['json', undefined]],
    ['application/yaml', ['yaml', undefined]],
    [`application/json;${V2},application/json;${V2BETA1},application/json`, ['json', 'v2']],
    [`application/json;${V2BETA1},application/json`, ['json', 'v2beta1']],
    [`application/json;${V2};q=0.2,application/yaml;q=0.4`, ['json', 'v2']],
    [`application/json,application/json;${V2BETA1}`, ['json', 'v2beta1']],
    [`${PROTOBUF};${V2},application/json`, ['protobuf', 'v2']],
    [`application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList,${PROTOBUF}`, ['protobuf', undefined]],
  ])('for %s', (accept, expected) => {
    const form = discoveryForm(accept, true);
    expect([form?.encoding, form?.aggregated]).toEqual(expected);
  });

  test.each([
    ['/apis', 'application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList'],
    ['/apis', 'application/json;as=Table;g=meta.k8s.io;v=v1'],
    ['/apis/apps', `application/json;${V2}`],
    ['/apis/apps/v1', `application/json;${V2}`],
  ])('%s has none for who accepts only %s', async (path, accept) => {
    const { code, json } = await call(path, { headers: { accept } });
    expect([code, json.message]).toEqual([
      406,
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ]);
  });
});

test('tells what is stored by the hashes that upstream gives', async () => {
  const hashOf = async (path: string, resource: string) =>
    (await call(path)).json.resources.find(({ name }: { name: string }) => name === resource).storageVersionHash;
  expect(await hashOf('/api/v1', 'pods')).toBe('xPOwRZ+Yhw8=');
  expect(await hashOf('/api/v1', 'configmaps')).toBe('qFsyl6wFWjQ=');
  // Of two versions one is stored; what is made up at each request is not.
  expect(await hashOf('/apis/autoscaling/v1', 'horizontalpodautoscalers')).toBe(
    await hashOf('/apis/autoscaling/v2', 'horizontalpodautoscalers'),
  );
  expect(await hashOf('/api/v1', 'componentstatuses')).toBeUndefined();
});

test('tells in one answer of group and version of a kind only where they are not those of the resource', async () => {
  const { json } = await call('/api', { headers: { accept: `application/json;${V2}` } });
  const pods = json.items[0].versions[0].resources.find(({ resource }: { resource: string }) => resource === 'pods');
  expect(pods.responseKind).toEqual({ group: '', version: '', kind: 'Pod' });
  const kinds = new Map(
    pods.subresources.map(({ subresource, responseKind }: { subresource: string; responseKind: object }) => [
      subresource,
      responseKind,
    ]),
  );
  expect(kinds.get('status')).toEqual({ group: '', version: '', kind: 'Pod' });
  expect(kinds.get('eviction')).toEqual({ group: 'policy', version: 'v1', kind: 'Eviction' });
});

test('every encoding says the same', async () => {
  const get = (path: string, accept: string) => call(path, { headers: { accept } });
  const plain = (await get('/apis', 'application/json')).json;
  expect(parseYaml((await get('/apis', 'application/yaml')).bytes.toString()).value).toEqual(plain);
  const groups = await get('/apis', PROTOBUF);
  expect([groups.headers['content-type'], decodeProtobuf(groups.bytes, APIGroupList)]).toEqual([PROTOBUF, plain]);

  const resources = decodeProtobuf((await get('/apis/apps/v1', PROTOBUF)).bytes, APIResourceList);
  expect(resources).toEqual((await get('/apis/apps/v1', 'application/json')).json);

  const all = (await get('/apis', `application/json;${V2}`)).json;
  const binary = decodeProtobuf((await get('/apis', `${PROTOBUF};${V2}`)).bytes, APIGroupDiscoveryList);
  expect((binary as { items: unknown }).items).toEqual(all.items);
});

test('who knows what is served is told so', async () => {
  for (const [path, accept] of [
    ['/apis', `application/json;${V2}`],
    ['/openapi/v2', 'application/json'],
    ['/openapi/v3/apis/apps/v1', 'application/json'],
  ] as const) {
    const { headers } = await call(path, { headers: { accept } });
    const etag = headers['etag'] as string;
    expect(etag).toMatch(/^"[0-9A-F]{64}"$/);
    const again = await call(path, { headers: { accept, 'if-none-match': etag } });
    expect([again.code, again.bytes.length]).toEqual([304, 0]);
  }
});

test('what is told bit by bit has no tag', async () => {
  for (const path of ['/api', '/apis', '/apis/apps', '/api/v1']) {
    const { headers } = await call(path);
    expect([headers.etag, headers.vary]).toEqual([undefined, undefined]);
  }
});

test('there is only JSON of the version', async () => {
  for (const accept of ['', '*/*', 'text/plain, application/json;q=0.1'])
    expect((await call('/version', { headers: { accept } })).json.major).toBe('1');
  const { code, json } = await call('/version', { headers: { accept: 'text/html' } });
  expect([code, json.message]).toEqual([406, '406: Not Acceptable\n\nAvailable representations: application/json']);
});

test('long answers are compressed for those who take it', async () => {
  const plain = await call('/openapi/v2');
  const zipped = await call('/openapi/v2', { headers: { 'accept-encoding': 'deflate, gzip' } });
  expect([zipped.headers['content-encoding'], zipped.headers['vary']]).toEqual(['gzip', 'Accept, Accept-Encoding']);
  expect(zipped.bytes.length).toBeLessThan(plain.bytes.length / 4);
  expect(gunzipSync(zipped.bytes).equals(plain.bytes)).toBe(true);
  for (const accepted of ['gzip;q=0', 'br', '']) {
    const answer = await call('/openapi/v2', { headers: { 'accept-encoding': accepted } });
    expect(answer.headers['content-encoding']).toBeUndefined();
  }
  expect((await call('/apis', { headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding']).toBeUndefined();
});

test('paths that name nothing are 404', async () => {
  const paths = [
    '/api/v2',
    '/apis/none',
    '/apis/apps/v9',
    '/apis/apps/v1/x/y/z/a',
    '/api/v1/nothing',
    '/api//x',
    '/apis//x',
  ];
  expect(await Promise.all(paths.map(async (path) => (await call(path)).code))).toEqual(paths.map(() => 404));
});

test('who asks for a document by its hash may keep it for good, or is told where it is now', async () => {
  const { serverRelativeURL: url } = (await call('/openapi/v3')).json.paths['apis/apps/v1'];
  const { code, headers } = await call(url);
  expect([code, headers['cache-control'], headers.vary]).toEqual([200, 'public, immutable', 'Accept']);
  expect(Date.parse(headers.expires as string) - Date.now()).toBeGreaterThan(364 * 24 * 3_600_000);
  const old = await call('/openapi/v3/apis/apps/v1?hash=OLD');
  expect([old.code, old.headers.location]).toEqual([301, url]);
  const any = await call('/openapi/v3/apis/apps/v1');
  expect([any.code, any.headers.expires]).toEqual([200, undefined]);
});

test('documents are told in the form that a client likes best', async () => {
  const spec = (version: string) => `application/com.github.proto-openapi.spec.${version}+protobuf`;
  const form = async (path: string, accept: string) => {
    const { code, headers, bytes } = await call(path, { headers: { accept } });
    return [code, headers['content-type'], bytes.subarray(0, 5).toString('latin1')];
  };
  const v3 = '/openapi/v3/apis/apps/v1';
  expect(await form(v3, spec('v3@v1.0'))).toEqual([200, spec('v3.v1.0'), '\n\u00053.0']);
  expect(await form(v3, `application/json;q=0.5, ${spec('v3.v1.0')}`)).toEqual([200, spec('v3.v1.0'), '\n\u00053.0']);
  expect(await form(v3, '*/*')).toEqual([200, 'application/json', '{"ope']);
  expect(await form(v3, 'text/html')).toEqual([406, undefined, '']);
  expect(await form('/openapi/v2', spec('v2@v1.0'))).toEqual([200, spec('v2.v1.0'), '\n\u00032.0']);
  expect(await form('/openapi/v2', 'text/html')).toEqual([406, undefined, '']);
  const [binary, plain] = await Promise.all([call(v3, { headers: { accept: spec('v3@v1.0') } }), call(v3)]);
  expect(binary.headers.etag).toBe(plain.headers.etag);
});
