import { Agent, request as httpsRequest } from 'node:https';
import { afterEach, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Client } from '#client/client.ts';
import { HttpTransport } from '#client/http-transport.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
afterEach(() => cluster.stop());

async function start(): Promise<{ endpoint: Endpoint; call: ReturnType<typeof createCall> }> {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  const endpoint = await cluster.listen();
  return { endpoint, call: createCall(endpoint) };
}

const MAPS = '/api/v1/namespaces/default/configmaps';
const body = JSON.stringify({ metadata: { name: 'late' } });

/** A create whose body comes when `finish` is called. */
function slowCreate(endpoint: Endpoint) {
  const { cert, key } = endpoint.admin.tls as { cert: string; key: string };
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
  const request = httpsRequest(`${endpoint.server}${MAPS}`, {
    method: 'POST',
    headers,
    ca: endpoint.ca,
    cert,
    key,
    agent: new Agent({ keepAlive: true }),
  });
  const answer = new Promise<{ code: number | undefined; connection: string | undefined }>((resolve, reject) => {
    request.once('response', (response) => {
      response.resume();
      response.once('end', () => resolve({ code: response.statusCode, connection: response.headers.connection }));
    });
    request.once('error', reject);
  });
  request.flushHeaders();
  return { answer, finish: () => request.end(body) };
}

test('a server that is about to stop says so and serves on', async () => {
  const { call } = await start();
  const stopping = cluster.apiServer.beginShutdown(300);
  const ready = await call('/readyz');
  expect([ready.code, ready.bytes.toString()]).toEqual([500, expect.stringContaining('[-]shutdown failed')]);
  expect([(await call('/livez')).code, (await call(MAPS)).code]).toEqual([200, 200]);
  await stopping;
  expect((await call(MAPS)).code).toBe(200);
});

test('requests under way are answered, new connections refused', async () => {
  const { endpoint, call } = await start();
  const slow = slowCreate(endpoint);
  await waitFor(async () => /request_kind="mutating"} 1/.test((await call('/metrics')).bytes.toString()));
  const closing = cluster.apiServer.close(5000);
  await waitFor(() =>
    call(MAPS).then(
      () => false,
      (error) => error.code === 'ECONNREFUSED',
    ),
  );
  slow.finish();
  expect(await slow.answer).toEqual({ code: 201, connection: 'close' });
  await closing;
});

test('a request that does not end is cut off when its time is over', async () => {
  const { endpoint, call } = await start();
  const slow = slowCreate(endpoint);
  const failure = slow.answer.catch((error) => error.code);
  await waitFor(async () => /request_kind="mutating"} 1/.test((await call('/metrics')).bytes.toString()));
  await cluster.apiServer.close(50);
  expect(await failure).toBe('ECONNRESET');
});

test('watches end without an error', async () => {
  const { endpoint } = await start();
  const transport = new HttpTransport(endpoint.admin);
  const types: string[] = [];
  const maps = new Client(transport).of(ConfigMaps);
  const watching = maps.watch(
    { namespace: 'default' },
    (events) => void types.push(...events.map(({ type }) => type)),
    new AbortController().signal,
  );
  await waitFor(async () => {
    await cluster.client.of(ConfigMaps).create({ metadata: { generateName: 'seen-', namespace: 'default' } });
    return types.length > 0;
  });
  await cluster.apiServer.close();
  await watching;
  expect(new Set(types)).toEqual(new Set(['ADDED']));
  await transport.close();
});
