import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
let endpoint: Endpoint;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  endpoint = await cluster.listen();
});
afterAll(() => cluster.stop());

const PATH = '/api/v1/namespaces/default/configmaps';

function open(query: string, protocols: string[] = []): WebSocket {
  const { cert, key } = endpoint.admin.tls;
  const url = `${endpoint.server.replace('https', 'wss')}${PATH}?${query}`;
  return new WebSocket(url, protocols, { ca: endpoint.ca, cert: cert as string, key: key as string });
}

test.each([
  [[], ''],
  [['base64.binary.k8s.io'], 'base64.binary.k8s.io'],
  [['any'], 'any'],
  [['base64url.bearer.authorization.k8s.io.dDBrZW4', 'base64.binary.k8s.io'], 'base64.binary.k8s.io'],
])('a watch over a WebSocket for which %j is offered agrees to %j, as browsers insist', async (offered, agreed) => {
  const initial = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const socket = open(`watch=true&${initial}`, offered);
  const type = await new Promise((resolve, reject) => {
    socket.once('message', (data) => resolve(JSON.parse(String(data)).type));
    socket.once('error', reject);
  });
  expect([socket.protocol, type]).toEqual([agreed, 'BOOKMARK']);
  socket.terminate();
});

test('a watch over a WebSocket tells each event in a message, and closes when its time is over', async () => {
  const maps = cluster.client.of(ConfigMaps);
  await maps.create({ metadata: { name: 'before', namespace: 'default' } });
  const socket = open('watch=true&timeoutSeconds=2');
  const seen: string[] = [];
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.on('message', (data, isBinary) => {
    const { type, object } = JSON.parse(String(data));
    seen.push(`${isBinary ? 'binary ' : ''}${type} ${object.metadata.name}`);
  });
  await waitFor(() => seen.length === 1);
  await maps.create({ metadata: { name: 'after', namespace: 'default' } });
  await maps.delete('before', { namespace: 'default' });
  await waitFor(() => seen.length === 3);
  expect(seen).toEqual(['ADDED before', 'ADDED after', 'DELETED before']);
  expect(await closed).toBe(1000);
});

test('many events reach a slow reader whole', async () => {
  const maps = cluster.client.of(ConfigMaps);
  const { metadata } = await maps.list({ namespace: 'default' });
  const socket = open(`watch=true&resourceVersion=${metadata.resourceVersion}`);
  await new Promise((resolve) => socket.once('open', resolve));
  const names: string[] = [];
  socket.on('message', (data) => names.push(JSON.parse(String(data)).object.metadata.name));
  socket.pause();
  const data = { text: 'x'.repeat(100_000) };
  for (let n = 0; n < 60; n++) await maps.create({ metadata: { name: `much-${n}`, namespace: 'default' }, data });
  socket.resume();
  await waitFor(() => names.length === 60);
  expect(names).toEqual(Array.from({ length: 60 }, (_, n) => `much-${n}`));
  socket.terminate();
});

test.each([
  ['watch=true&resourceVersion=abc', 400],
  ['watch=true&fieldSelector=no.such%3D1', 400],
  ['limit=1', 200],
])('%s is answered without switching the protocol', async (query, code) => {
  const socket = open(query);
  const status = await new Promise((resolve) => {
    socket.once('unexpected-response', (_request, answer) => resolve(answer.statusCode));
    socket.once('open', () => resolve('open'));
  });
  expect(status).toBe(code);
  socket.on('error', () => {});
  socket.terminate();
});
