import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';
import { waitFor } from '#testing/wait-for.ts';

const WATCHERS = 1000;
const CONNECTIONS = 10;
const SMALL = 20;
/** More than the window of a stream takes that is not read. */
const LARGE = 10;

let cluster: Cluster;
let endpoint: Endpoint;
let sessions: ClientHttp2Session[];
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  endpoint = await cluster.listen();
  const { cert, key } = endpoint.admin.tls;
  const tls = { ca: endpoint.ca, cert: cert as string, key: key as string };
  sessions = Array.from({ length: CONNECTIONS }, () => connect(endpoint.server, tls));
});
afterAll(async () => {
  for (const session of sessions) session.destroy();
  await cluster.stop();
});

const PATH = '/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=';

/** A watch among others on a connection, once the server has begun it. */
async function watch(index: number, query: string): Promise<ClientHttp2Stream> {
  const session = sessions[index % CONNECTIONS] as ClientHttp2Session;
  const stream = session.request({ ':path': `${PATH}${query}` });
  stream.on('error', () => {});
  await new Promise((resolve) => stream.once('response', resolve));
  return stream;
}

test('a thousand watchers are told everything in order, though one of them does not read', async () => {
  const maps = cluster.client.of(ConfigMaps);
  const { resourceVersion = '' } = (await maps.list({ namespace: 'default' })).metadata;
  const asleep = await watch(0, resourceVersion);
  asleep.pause();
  const heard: string[] = Array.from({ length: WATCHERS }, () => '');
  const selecting = `${resourceVersion}&labelSelector=size%3Dsmall`;
  const streams = await Promise.all(heard.map((_, index) => watch(index, selecting)));
  streams.forEach((stream, index) => {
    stream.setEncoding('utf8').on('data', (chunk) => {
      heard[index] += chunk;
    });
  });
  const create = (name: string, size: string, data = {}) =>
    maps.create({ metadata: { name, namespace: 'default', labels: { size } }, data });
  for (let n = 0; n < LARGE; n++) await create(`large-${n}`, 'large', { text: 'x'.repeat(100_000) });
  for (let n = 0; n < SMALL; n++) await create(`small-${n}`, 'small');

  const linesOf = (text: string) => text.split('\n').slice(0, -1);
  await waitFor(() => heard.every((text) => linesOf(text).length === SMALL), {
    what: 'every watcher to be told all',
    timeoutMs: 60_000,
  });
  // All are told the same, so that one stands for them.
  expect(new Set(heard).size).toBe(1);
  const names = linesOf(heard[0] as string).map((line) => JSON.parse(line).object.metadata.name);
  expect(names).toEqual(Array.from({ length: SMALL }, (_, n) => `small-${n}`));

  let late = '';
  asleep.setEncoding('utf8').on('data', (chunk) => {
    late += chunk;
  });
  asleep.resume();
  await waitFor(() => linesOf(late).length === LARGE + SMALL, { what: 'the late one to be told all' });
}, 120_000);
