import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PartialObjectMetadata,
  PartialObjectMetadataList,
  PartialObjectMetadataListV1Beta1,
} from '#api/meta/v1/partial-object-metadata.ts';
import { decodeProtobuf, decodeWatchEvent } from '#machinery/codec/protobuf.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';

let cluster: Cluster;
let call: ReturnType<typeof createCall>;
const MAPS = '/api/v1/namespaces/default/configmaps';
const form = (as: string, version = 'v1', type = 'application/json') => ({
  headers: { accept: `${type};as=${as};v=${version};g=meta.k8s.io` },
});
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const WATCH = `${MAPS}?watch=true&timeoutSeconds=1`;
const INITIAL = `${WATCH}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`;

beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  call = createCall(await cluster.listen());
  const body = JSON.stringify({ metadata: { name: 'one', labels: { a: 'b' } }, data: { secret: 'content' } });
  await call(MAPS, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
});
afterAll(() => cluster.stop());

const lines = ({ bytes }: { bytes: Buffer }) =>
  bytes
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** The events of a watch in protobuf: each is preceded by its length. */
function frames({ bytes }: { bytes: Buffer }) {
  const events = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    events.push(decodeWatchEvent(bytes.subarray(at + 4, end)));
    at = end;
  }
  return events;
}

describe('metadata alone', () => {
  test.each(['v1', 'v1beta1'])('%s of one object, in JSON and in protobuf', async (version) => {
    const { json } = await call(`${MAPS}/one`, form('PartialObjectMetadata', version));
    expect(json).toEqual({
      kind: 'PartialObjectMetadata',
      apiVersion: `meta.k8s.io/${version}`,
      metadata: expect.objectContaining({ name: 'one', labels: { a: 'b' } }),
    });
    const { bytes } = await call(`${MAPS}/one`, form('PartialObjectMetadata', version, PROTOBUF));
    expect(decodeProtobuf(bytes, PartialObjectMetadata)).toEqual(json);
  });

  test.each([
    ['v1', PartialObjectMetadataList],
    ['v1beta1', PartialObjectMetadataListV1Beta1],
  ])('%s of a list, in JSON and in protobuf', async (version, schema) => {
    const { json } = await call(MAPS, form('PartialObjectMetadataList', version));
    expect([json.kind, json.apiVersion, json.items.map((item: object) => Object.keys(item))]).toEqual([
      'PartialObjectMetadataList',
      `meta.k8s.io/${version}`,
      [['kind', 'apiVersion', 'metadata']],
    ]);
    const { bytes } = await call(MAPS, form('PartialObjectMetadataList', version, PROTOBUF));
    const { items, metadata } = decodeProtobuf(bytes, schema) as typeof json;
    expect([items[0].metadata, metadata]).toEqual([json.items[0].metadata, json.metadata]);
  });

  test('of what is patched', async () => {
    const { headers } = form('PartialObjectMetadata', 'v1', PROTOBUF);
    const answer = await call(`${MAPS}/one`, {
      method: 'PATCH',
      headers: { ...headers, 'content-type': 'application/merge-patch+json' },
      body: '{"metadata":{"annotations":{"x":"y"}}}',
    });
    expect(decodeProtobuf(answer.bytes, PartialObjectMetadata).metadata?.annotations).toEqual({ x: 'y' });
  });

  test('of what is watched, in JSON and in protobuf, bookmarks included', async () => {
    const answers = await Promise.all([
      call(INITIAL, form('PartialObjectMetadata')),
      call(INITIAL, form('PartialObjectMetadata', 'v1', PROTOBUF)),
    ]);
    expect(
      lines(answers[0]).map(({ type, object }) => [type, object.kind, Object.keys(object).includes('data')]),
    ).toEqual([
      ['ADDED', 'PartialObjectMetadata', false],
      ['BOOKMARK', 'PartialObjectMetadata', false],
    ]);
    expect(
      frames(answers[1]).map(({ type, object }) => [type, decodeProtobuf(object, PartialObjectMetadata).kind]),
    ).toEqual([
      ['ADDED', 'PartialObjectMetadata'],
      ['BOOKMARK', 'PartialObjectMetadata'],
    ]);
  });

  test('comes as one or as many, as there are', async () => {
    const [one, many] = [
      await call(`${MAPS}/one`, form('PartialObjectMetadataList')),
      await call(MAPS, form('PartialObjectMetadata')),
    ];
    expect([one.code, one.json.message]).toEqual([
      406,
      'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)',
    ]);
    expect([many.code, many.json.message]).toEqual([
      406,
      'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)',
    ]);
  });
});

describe('a table', () => {
  test.each(['v1', 'v1beta1'])('%s holds of each object what is asked for', async (version) => {
    const rows = async (query: string) => {
      const { json } = await call(`${MAPS}/one${query}`, form('Table', version));
      expect([json.kind, json.apiVersion]).toEqual(['Table', `meta.k8s.io/${version}`]);
      return json.rows[0].object;
    };
    const partial = { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}` };
    expect(await rows('')).toMatchObject(partial);
    expect(await rows('?includeObject=Metadata')).toMatchObject(partial);
    expect(await rows('?includeObject=None')).toBeNull();
    expect(await rows('?includeObject=Object')).toMatchObject({ kind: 'ConfigMap', data: { secret: 'content' } });
  });

  test.each([MAPS, `${MAPS}/one`, WATCH])('of %s is refused for objects of another form', async (path) => {
    const query = path.includes('?') ? '&' : '?';
    const { code, json } = await call(`${path}${query}includeObject=Some`, form('Table'));
    expect([code, json.message]).toEqual([
      400,
      "Unable to convert to Table as requested: includeObject: Invalid value: \"Some\": must be 'Metadata', 'Object', 'None', or empty",
    ]);
  });

  test('that is watched tells its columns once, and when the present state is over', async () => {
    const [added, bookmark] = lines(await call(INITIAL, form('Table')));
    expect([added.object.columnDefinitions.length, bookmark.object.columnDefinitions]).toEqual([3, null]);
    expect(bookmark.object.rows[0].object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  test('of flow schemas has the order in which they are tried', async () => {
    const { json } = await call('/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas', form('Table'));
    const precedences = json.rows.map(({ cells }: { cells: unknown[] }) => cells[2]);
    expect(precedences.length).toBeGreaterThan(2);
    expect(precedences).toEqual(precedences.toSorted((a: number, b: number) => a - b));
  });

  test('is not for protobuf', async () => {
    expect((await call(MAPS, form('Table', 'v1', PROTOBUF))).code).toBe(406);
  });
});

test('a watch is no YAML', async () => {
  const { code, bytes } = await call(WATCH, { headers: { accept: 'application/yaml' } });
  expect([code, bytes.toString()]).toEqual([
    406,
    expect.stringMatching(
      /accepted: application\/json;stream=watch,\s+application\/vnd\.kubernetes\.protobuf;stream=watch/,
    ),
  ]);
});
