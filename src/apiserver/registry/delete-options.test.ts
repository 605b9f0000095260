import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';

let cluster: Cluster;
let call: ReturnType<typeof createCall>;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  call = createCall(await cluster.listen());
});
afterAll(() => cluster.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';
const headers = { 'content-type': 'application/json' };
const deletion = (path: string, body: object | string) =>
  call(path, { method: 'DELETE', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

describe('options of every version say how to delete', () => {
  beforeEach(() => cluster.client.of(ConfigMaps).create({ metadata: { name: 'one', namespace: 'default' } }));

  test.each([{}, { kind: 'DeleteOptions' }, { apiVersion: 'v1' }, { apiVersion: 'foo/v9', kind: 'DeleteOptions' }])(
    '%j',
    async (body) => {
      expect((await deletion(`${MAPS}/one`, body)).code).toBe(200);
    },
  );
});

describe.each([`${MAPS}/none`, MAPS])('what are no such options is a 400 at %s', (path) => {
  const unregistered = (kind: string, version: string) =>
    `no kind "${kind}" is registered for version "${version}" in scheme "pkg/apis/meta/internalversion/scheme/register.go:27"`;
  test.each([
    [{ apiVersion: 'v1', kind: 'ConfigMap' }, unregistered('ConfigMap', 'v1')],
    [{ kind: 'Foo' }, unregistered('Foo', 'meta.k8s.io/v1')],
    [{ apiVersion: 'v1', kind: 'Status' }, 'converting (v1.Status) to (v1.DeleteOptions): unknown conversion'],
    [{ apiVersion: 'a/b/c', kind: 'DeleteOptions' }, 'unexpected GroupVersion string: a/b/c'],
    [
      { orphanDependents: 'x' },
      'json: cannot unmarshal string into Go struct field DeleteOptions.orphanDependents of type bool',
    ],
    ['{', "couldn't get version/kind; json parse error: unexpected end of JSON input"],
  ])('%j', async (body, message) => {
    const { code, json } = await deletion(path, body);
    expect([code, json.reason, json.message]).toEqual([400, 'BadRequest', message]);
  });
});
