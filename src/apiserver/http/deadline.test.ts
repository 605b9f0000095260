import { connect as connectHttp2 } from 'node:http2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import type { Store } from '#storage/store.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';

const clock = new VirtualClock(Date.now());
const held: (() => void)[] = [];
let holds = false;

let cluster: Cluster;
let endpoint: Endpoint;
let call: ReturnType<typeof createCall>;
beforeAll(async () => {
  cluster = await Cluster.start({ store: holding(createMemoryStore()), clock, controllers: false, scheduler: false });
  endpoint = await cluster.listen();
  call = createCall(endpoint);
});
afterAll(() => cluster.stop());

/** A store whose writes of one kind wait while they are held. */
function holding(store: Store): Store {
  const held =
    (name: 'put' | 'delete' | 'txn') =>
    async (...given: never[]) => {
      await mayGoOn();
      return (store[name] as (...given: never[]) => unknown)(...given);
    };
  return new Proxy(store, {
    get: (_store, name: keyof Store) => {
      if (name === 'put' || name === 'delete' || name === 'txn') return held(name);
      const member = store[name];
      return typeof member === 'function' ? member.bind(store) : member;
    },
  });
}

const mayGoOn = () => new Promise<void>((resolve) => (holds ? held.push(resolve) : resolve()));

const MAPS = '/api/v1/namespaces/default/configmaps';
const metrics = async () => String((await call('/metrics')).bytes);

test.each([
  ['POST', MAPS],
  ['PUT', `${MAPS}/there`],
  ['PATCH', `${MAPS}/there`],
  ['DELETE', `${MAPS}/there`],
])('%s is told of its end before the time of its request is over', async (method, path) => {
  const headers = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' };
  const name = path === MAPS ? 'new' : 'there';
  const body = JSON.stringify({ metadata: { name }, data: { at: method } });
  if (name === 'there') await call(MAPS, { method: 'POST', headers, body: JSON.stringify({ metadata: { name } }) });
  holds = true;
  const answer = call(path, { method, headers, body });
  await waitFor(() => held.length > 0);
  holds = false;
  clock.advance(34_000);
  const { code, json } = await answer;
  expect([code, json]).toEqual([
    504,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Timeout: request did not complete within requested timeout - context deadline exceeded',
      reason: 'Timeout',
      details: {},
      code: 504,
    },
  ]);
  for (const goOn of held.splice(0)) goOn();
  const late = 'apiserver_request_post_timeout_total{source="rest-handler",status="ok"}';
  await waitFor(async () => (await metrics()).includes(late));
});

test('an answer that is not taken in time breaks off', async () => {
  const { cert, key } = endpoint.admin.tls;
  const settings = { initialWindowSize: 0 };
  const session = connectHttp2(endpoint.server, { ca: endpoint.ca, cert, key, settings });
  const stream = session.request({ ':path': '/openapi/v2' });
  stream.on('error', () => {});
  const status = await new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])));
  const closed = new Promise((resolve) => stream.once('close', () => resolve(stream.rstCode)));
  clock.advance(60_000);
  const internalError = 2;
  expect([status, await closed]).toEqual([200, internalError]);
  session.destroy();
  await waitFor(async () => /terminations_total\{verb="GET".*"\/openapi\/.*code="504"\}/.test(await metrics()));
});
