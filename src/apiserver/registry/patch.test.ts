import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, Deployments } from '#api/apps/v1/deployment.ts';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';

let cluster: Cluster;
let call: ReturnType<typeof createCall>;
const PATH = '/apis/apps/v1/namespaces/default/deployments/web';
const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';

beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  call = createCall(await cluster.listen());
  await cluster.client.of(Deployments).create({
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  } as Deployment);
});
afterAll(() => cluster.stop());

const patch = (type: string, body: string, query = '', path = PATH) =>
  call(`${path}${query}`, { method: 'PATCH', headers: { 'content-type': type }, body });

test('any number of patches at once are all applied: who names no revision has no conflict', async () => {
  const maps = cluster.client.of(ConfigMaps);
  await maps.create({ metadata: { name: 'crowd', namespace: 'default' } });
  const names = Array.from({ length: 60 }, (_, n) => `n${n}`);
  await Promise.all(
    names.map((name) =>
      maps.patch('crowd', { type: MERGE, body: { data: { [name]: name } } }, { namespace: 'default' }),
    ),
  );
  const { data } = await maps.get('crowd', { namespace: 'default' });
  expect(data).toEqual(Object.fromEntries(names.map((name) => [name, name])));
});

describe('a patch that is none is a 400', () => {
  test.each([
    [
      JSON_PATCH,
      '{"op":"add"}',
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
    [
      JSON_PATCH,
      '["x"]',
      'error decoding patch: json: cannot unmarshal string into Go value of type handlers.jsonPatchOp',
    ],
    [
      JSON_PATCH,
      '[{"op":1}]',
      'error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string',
    ],
    [JSON_PATCH, '[{', 'error decoding patch: unexpected end of JSON input'],
    [MERGE, '[]', 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
    [MERGE, 'spec: {}', "error decoding patch: invalid character 's' looking for beginning of value"],
    [MERGE, 'null', 'Invalid JSON Patch'],
    [STRATEGIC, '[]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
    [STRATEGIC, '{"a"', 'unexpected end of JSON input'],
    [STRATEGIC, '{"metadata":{"$deleteFromPrimitiveList":1}}', 'invalid patch format of primitive list'],
  ])('%s %s', async (type, body, message) => {
    const { code, json } = await patch(type, body);
    expect([code, json.reason, json.message]).toEqual([400, 'BadRequest', message]);
  });
});

describe('a patch that cannot be applied is a 422 that does not say why', () => {
  test.each([
    '[{"op":"test","path":"/spec/replicas","value":5}]',
    '[{"op":"remove","path":"/spec/nothing"}]',
    '[{"op":"add","path":"/spec/no/thing","value":1}]',
    '[{"op":"copy","from":"/spec/no/thing","path":"/spec/replicas"}]',
    '[{"op":"move","from":"/spec/nothing","path":"/spec/replicas"}]',
    '[{"op":"add","path":"/spec/template/spec/containers/7","value":{}}]',
    '[{"op":"turn","path":"/spec"}]',
    '[null]',
  ])('%s', async (body) => {
    const { code, json } = await patch(JSON_PATCH, body);
    expect([code, json.reason, json.message, json.details]).toEqual([
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
      {},
    ]);
  });
});

test.each([JSON_PATCH, STRATEGIC])('null as %s changes nothing', async (type) => {
  const before = (await call(PATH)).json;
  const { code, json } = await patch(type, 'null');
  expect([code, json]).toEqual([200, before]);
});

describe('a strategic merge patch that does not fit what it patches is refused', () => {
  const template = (pod: string) => `{"spec":{"template":{"spec":${pod}}}}`;
  test.each([
    [template('{"containers":[{"image":"i"}]}'), 'map: map[image:i] does not contain declared merge key: name'],
    [
      template('{"containers":[{"$patch":"turn","name":"c"}]}'),
      'unknown patch type: turn in map: map[$patch:turn name:c]',
    ],
    [template('{"containers":[{"$patch":"merge","name":"c"}]}'), 'merging lists cannot yet be specified in the patch'],
  ])('%s', async (body, message) => {
    const { code, json } = await patch(STRATEGIC, body);
    expect([code, json.reason, json.message]).toEqual([400, 'BadRequest', message]);
  });
});

test('what is to be replaced, or copied, need not be there', async () => {
  const operations = [
    { op: 'replace', path: '/metadata/labels', value: { a: 'b' } },
    { op: 'copy', from: '/metadata/nothing', path: '/spec/replicas' },
  ];
  const { code, json } = await patch(JSON_PATCH, JSON.stringify(operations), '?dryRun=All');
  expect([code, json.metadata.labels, json.spec.replicas]).toEqual([200, { a: 'b' }, 1]);
});

test('copying and moving members of an object', async () => {
  const operations = [
    { op: 'test', path: '/spec/replicas', value: 2 },
    { op: 'add', path: '/metadata/annotations', value: { from: 'x' } },
    { op: 'copy', from: '/metadata/annotations/from', path: '/metadata/annotations/a~1b' },
    { op: 'move', from: '/metadata/annotations/from', path: '/metadata/annotations/to' },
  ];
  const { json } = await patch(JSON_PATCH, JSON.stringify(operations), '?dryRun=All');
  expect(json.metadata.annotations).toEqual({ 'a/b': 'x', to: 'x' });
});

describe('a patch that makes no object is a 422 about the patch', () => {
  const MISMATCH = 'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32';
  test.each([
    [
      STRATEGIC,
      '{"spec":{"replicas":"x"}}',
      ` "" is invalid: patch: Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32`,
    ],
    [
      STRATEGIC,
      '{"metadata":{"labels":"none"}}',
      ` "" is invalid: patch: Invalid value: "map[metadata:map[labels:none]]": cannot restore map from string`,
    ],
    [
      MERGE,
      '{"spec":{"replicas":"x"}}',
      expect.stringMatching(
        /^ "" is invalid: patch: Invalid value: "\{\\"apiVersion\\":.*: json: cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32$/,
      ),
    ],
    [JSON_PATCH, '[{"op":"replace","path":"/spec/replicas","value":"x"}]', expect.stringContaining(MISMATCH)],
  ])('%s %s', async (type, body, message) => {
    const { code, json } = await patch(type, body);
    expect([code, json.message]).toEqual([422, message]);
  });

  test('so it is for a scale', async () => {
    const { code, json } = await patch(MERGE, '{"spec":{"replicas":"x"}}', '', `${PATH}/scale`);
    expect([code, json.message]).toEqual([422, expect.stringContaining('ScaleSpec.spec.replicas of type int32')]);
  });
});

describe('fields that nobody knows, and fields that are there twice', () => {
  const UNKNOWN = 'unknown field "spec.nothing"';
  const TWICE = 'duplicate field "spec.replicas"';
  const cases: readonly (readonly [string, string, string])[] = [
    [STRATEGIC, '{"spec":{"nothing":1}}', UNKNOWN],
    [STRATEGIC, '{"spec":{"replicas":1,"replicas":2}}', TWICE],
    [MERGE, '{"spec":{"nothing":1}}', UNKNOWN],
    [MERGE, '{"spec":{"replicas":1,"replicas":2}}', TWICE],
    [JSON_PATCH, '[{"op":"add","path":"/spec/nothing","value":1}]', UNKNOWN],
    [JSON_PATCH, '[{"op":"test","path":"/spec/replicas","value":2,"to":1}]', 'json patch unknown field "[0].to"'],
    [JSON_PATCH, '[{"op":"x","op":"test","path":"/spec/replicas","value":2}]', 'json patch duplicate field "[0].op"'],
  ];
  test.each(cases)('%s %s', async (type, body, problem) => {
    const strict = await patch(type, body, '?fieldValidation=Strict&dryRun=All');
    expect([strict.code, strict.json.message]).toEqual([
      422,
      expect.stringMatching(
        `^ "" is invalid: patch: Invalid value: .*: strict decoding error: ${problem.replace(/[[\]]/g, '\\$&')}$`,
      ),
    ]);
    const warned = await patch(type, body, '?dryRun=All');
    expect([warned.code, warned.headers['warning']]).toEqual([200, `299 - ${JSON.stringify(problem)}`]);
    const ignored = await patch(type, body, '?fieldValidation=Ignore&dryRun=All');
    expect([ignored.code, ignored.headers['warning']]).toEqual([200, undefined]);
  });
});

test('other types of patch are a 415', async () => {
  const { code, json } = await patch('application/json', '{}');
  expect([code, json.message]).toEqual([415, '415: Unsupported Media Type']);
});

test('a dry run of a creation shows no revision, one of a change that of the object', async () => {
  const maps = '/api/v1/namespaces/default/configmaps';
  const headers = { 'content-type': 'application/json' };
  const body = '{"metadata":{"name":"dry"}}';
  const made = await call(`${maps}?dryRun=All`, { method: 'POST', headers, body });
  expect([made.code, made.json.metadata.name, made.json.metadata.resourceVersion]).toEqual([201, 'dry', undefined]);
  const { resourceVersion } = (await call(PATH)).json.metadata;
  const { json } = await patch(MERGE, '{"spec":{"replicas":7}}', '?dryRun=All');
  expect([json.spec.replicas, json.metadata.resourceVersion]).toEqual([7, resourceVersion]);
});

test.each([
  [{ kind: 'Pod', apiVersion: 'v1' }, 'converting (v1.Pod) to (apps.Deployment): unknown conversion'],
  [{ kind: 'Foo' }, 'no kind "Foo" is registered for version "apps/v1" in scheme "pkg/api/legacyscheme/scheme.go:30"'],
])('%j makes another kind of it', async (body, why) => {
  const { code, json } = await patch(MERGE, JSON.stringify(body), '?dryRun=All');
  expect([code, json.details.causes[0].field, json.message.endsWith(`}": ${why}`)]).toEqual([422, 'patch', true]);
  expect((await patch(STRATEGIC, JSON.stringify(body), '?dryRun=All')).json.kind).toBe('Deployment');
});

test('nobody but a delete says when an object goes', async () => {
  const at = (metadata: object) => patch(MERGE, JSON.stringify({ metadata }), '?dryRun=All');
  const { json } = await at({ deletionTimestamp: '2001-01-01T00:00:00Z', deletionGracePeriodSeconds: 3 });
  expect([json.code, json.message]).toEqual([
    422,
    expect.stringContaining(
      'is invalid: [metadata.deletionTimestamp: Invalid value: "2001-01-01T00:00:00Z": field is immutable, metadata.deletionGracePeriodSeconds: Invalid value: 3: field is immutable]',
    ),
  ]);
});

describe('what a patch of the status makes does not depend on how it is merged', () => {
  test.each([
    ['{"status":{"replicas":3}}'],
    ['{"status":{"replicas":4},"spec":{"replicas":9},"metadata":{"labels":{"x":"y"}}}'],
    ['{"metadata":{"labels":{"x":"z"},"annotations":{"a":"b"}}}'],
    ['{"metadata":{"managedFields":[{}]},"status":{"replicas":5}}'],
    ['{"status":null}'],
  ])('%s', async (body) => {
    const made = async (type: string) => {
      const { code, json } = await patch(type, body, '?dryRun=All', `${PATH}/status`);
      const { managedFields, ...metadata } = json.metadata;
      const owners = managedFields.map(({ time: _, ...entry }: { time: string }) => entry);
      return [code, metadata, owners, json.spec, json.status];
    };
    const strategic = await made(STRATEGIC);
    expect(strategic[0]).toBe(200);
    expect(strategic).toEqual(await made(MERGE));
  });

  test('an unknown member of it is found', async () => {
    const { json } = await patch(STRATEGIC, '{"status":{"foo":1}}', '?fieldValidation=Strict', `${PATH}/status`);
    expect(json.message).toBe(
      ' "" is invalid: patch: Invalid value: "map[status:map[foo:1]]": strict decoding error: unknown field "status.foo"',
    );
  });
});
