import { request as httpsRequest } from 'node:https';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

const MAPS = '/api/v1/namespaces/default/configmaps';
const READERS = 30;
/** More than a connection's buffers take. */
const LARGE = 150;
/** More than a watch keeps for a client that does not read. */
const SMALL = 1500;

const credentials = () => ({
  ca: endpoint.ca,
  cert: endpoint.admin.tls.cert as string,
  key: endpoint.admin.tls.key as string,
});

/** A watch by hand that reads only when it is told to. */
function sleeper(): Promise<TLSSocket> {
  const { port } = new URL(endpoint.server);
  return new Promise((resolve) => {
    const options = { port: Number(port), host: '127.0.0.1', ALPNProtocols: ['http/1.1'], ...credentials() };
    const socket = connectTls(options, () => {
      socket.pause();
      socket.write(`GET ${MAPS}?watch=1&resourceVersion=0 HTTP/1.1\r\nhost: x\r\n\r\n`);
      resolve(socket);
    });
  });
}

/** The names that a watch tells, as they come. */
function reader(query: string): { readonly names: string[]; readonly stop: () => void } {
  const names: string[] = [];
  let rest = '';
  const request = httpsRequest(`${endpoint.server}${MAPS}?watch=1&${query}`, { ...credentials(), agent: false });
  request.on('error', () => {});
  request.on('response', (answer) =>
    answer.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) names.push(JSON.parse(line).object.metadata.name);
    }),
  );
  request.end();
  return { names, stop: () => request.destroy() };
}

test('a watcher that does not read is let go and misses nothing when it comes back; others do not notice', async () => {
  const maps = cluster.client.of(ConfigMaps);
  const create = (name: string, size: string, data = {}) =>
    maps.create({ metadata: { name, namespace: 'default', labels: { size } }, data });
  const asleep = await sleeper();
  const readers = Array.from({ length: READERS }, () => reader('labelSelector=size%3Dsmall'));
  const text = 'x'.repeat(100_000);
  for (let n = 0; n < LARGE; n++) await create(`large-${n}`, 'large', { text });
  for (let n = 0; n < SMALL; n += 50)
    await Promise.all(Array.from({ length: 50 }, (_, each) => create(`small-${n + each}`, 'small')));

  const all = Array.from({ length: SMALL }, (_, n) => `small-${n}`);
  await waitFor(() => readers.every(({ names }) => names.length === SMALL), { what: 'every reader to be told all' });
  for (const { names, stop } of readers) {
    expect(new Set(names)).toEqual(new Set(all));
    stop();
  }

  let said = '';
  asleep.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  asleep.resume();
  // The last piece of an answer that is over.
  await waitFor(() => said.endsWith('\r\n0\r\n\r\n'), { what: 'the watch to be over' });
  asleep.destroy();
  expect(said).not.toContain('"type":"ERROR"');
  const told = [...said.matchAll(/"name":"((?:large|small)-\d+)"/g)].map(([, name]) => name as string);
  const last = await maps.get(told.at(-1) ?? '', { namespace: 'default' });
  const again = reader(`resourceVersion=${last.metadata?.resourceVersion}`);
  await waitFor(() => told.length + again.names.length === LARGE + SMALL, { what: 'the rest to be told' });
  again.stop();
  expect(new Set([...told, ...again.names]).size).toBe(LARGE + SMALL);
  expect(again.names.length).toBeGreaterThan(0);
}, 120_000);
