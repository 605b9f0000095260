import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClusterRoleBinding, ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
let endpoint: Endpoint;
let call: ReturnType<typeof createCall>;
beforeAll(async () => {
  const flags = { name: 'default', detach: 'false' };
  cluster = await Cluster.start({ controllers: false, scheduler: false, operations: { flags } });
  endpoint = await cluster.listen();
  call = createCall(endpoint);
});
afterAll(() => cluster.stop());

const accepting = (accept: string) => ({ headers: { accept } });
const as = (kind: string, version = 'v1beta1') => `g=config.k8s.io;v=${version};as=${kind}`;

test.each(['', '*/*', 'text/plain', 'text/*', 'application/json, text/plain;q=0.1'])(
  'Accept %j gets the text',
  async (accept) => {
    const { code, headers, bytes } = await call('/statusz', accepting(accept));
    expect([code, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(String(bytes)).toMatch(/^\napiserver statusz\nWarning: This endpoint is not meant/);
    expect(String(bytes)).toMatch(
      /\n\nStarted(:|: |=| ) \w{3} \w{3} [ \d]\d [\d:]{8} UTC \d{4}\nUp.* 0?\d+ hr \d\d min/,
    );
    expect(String(bytes)).toMatch(
      /\nBinary version.* 1\.36\.\d+\nEmulation version.* 1\.36\nPaths.* \/flagz \/healthz /,
    );
  },
);

test('the flags come as text, too', async () => {
  const { bytes } = await call('/flagz');
  expect(String(bytes)).toMatch(/^\napiserver flagz\nWarning: .*\ndetach(:|: |=| )false\nname(:|: |=| )default\n$/);
});

test('the object comes to who names it', async () => {
  const flags = await call('/flagz', accepting(`application/json;${as('Flagz')}`));
  expect(flags.headers['content-type']).toBe(`application/json;${as('Flagz')}`);
  expect(flags.headers.warning).toBeUndefined();
  expect(flags.json).toEqual({
    kind: 'Flagz',
    apiVersion: 'config.k8s.io/v1beta1',
    metadata: { name: 'apiserver' },
    flags: { name: 'default', detach: 'false' },
  });
  const status = await call('/statusz', accepting(`*/*;${as('Statusz')}`));
  expect(status.json).toMatchObject({ kind: 'Statusz', emulationVersion: '1.36', goVersion: 'none' });
  expect(status.json.uptimeSeconds).toBeGreaterThanOrEqual(0);
  expect(status.json.paths).toContain('/readyz');
  expect(status.json.paths).not.toContain('/apis');
  const yaml = await call('/statusz', accepting(`application/yaml;${as('Statusz')}`));
  expect(String(yaml.bytes)).toMatch(/^apiVersion: config\.k8s\.io\/v1beta1\n/);
});

test('the older version is deprecated', async () => {
  const { code, headers } = await call('/statusz', accepting(`application/json;${as('Statusz', 'v1alpha1')}`));
  expect([code, headers.warning]).toEqual([
    200,
    '299 - "This version of the statusz endpoint is deprecated. Please use a newer version."',
  ]);
});

test.each([
  'application/json',
  `text/plain;${as('Statusz')}`,
  `application/json;${as('Flagz')}`,
  `application/json;${as('Statusz', 'v1')}`,
  `application/vnd.kubernetes.protobuf;${as('Statusz')}`,
])('there is nothing for who accepts %s', async (accept) => {
  const { code, json } = await call('/statusz', accepting(accept));
  expect([code, json.reason]).toEqual([406, 'NotAcceptable']);
  expect(json.message).toBe(
    'only the following media types are accepted: application/json, application/yaml, text/plain',
  );
});

test('they are among the paths of the server', async () => {
  expect((await call('/')).json.paths).toEqual(expect.arrayContaining(['/flagz', '/statusz']));
});

test('who monitors may read them, others may not', async () => {
  const { certificate: cert, key } = await endpoint.certificateFor('monitor', []);
  const identity = { cert, key };
  expect((await call('/statusz', { identity })).code).toBe(403);
  await cluster.client.of(ClusterRoleBindings).create({
    metadata: { name: 'monitor' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:monitoring' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'monitor' }],
  } as ClusterRoleBinding);
  await waitFor(async () => (await call('/statusz', { identity })).code === 200);
  expect((await call('/flagz', { identity })).code).toBe(200);
});

test('pages are counted as resources, those of a version with it', async () => {
  for (const accept of [
    '',
    'image/png',
    `application/json;${as('Flagz')}`,
    `application/json;${as('Flagz', 'v1alpha1')}`,
  ])
    await call('/flagz', accepting(accept));
  const metrics = String((await call('/metrics')).bytes);
  const counted = (group: string, version: string, code: number) =>
    `apiserver_request_total{verb="GET",dry_run="",group="${group}",version="${version}",resource="flagz",subresource="",scope="",component="apiserver",code="${code}"}`;
  for (const line of [
    counted('', '', 200),
    counted('', '', 406),
    counted('config.k8s.io', 'v1beta1', 200),
    counted('config.k8s.io', 'v1alpha1', 200),
    'apiserver_requested_deprecated_apis{group="config.k8s.io",version="v1alpha1",resource="flagz",subresource="",removed_release=""} 1',
  ])
    expect(metrics).toContain(line);
});
