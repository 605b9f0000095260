import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { mergePatch } from '#client/options.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
let call: ReturnType<typeof createCall>;
const LOG = '/api/v1/namespaces/default/pods/talker/log';

beforeAll(async () => {
  cluster = await Cluster.start({
    simulation: {
      nodes: [{ count: 1 }],
      stages: [
        { name: 'run', when: { phase: 'Pending' }, delayMs: 0, next: 'Running', log: 'starting' },
        { name: 'ready', when: { phase: 'Running' }, delayMs: 0, next: 'Ready', log: 'listening' },
        {
          name: 'crash',
          when: { phase: 'Ready', labels: { crashes: 'true' } },
          delayMs: 0,
          probability: 0.5,
          next: 'Restarted',
          log: 'out of\nmemory',
        },
        {
          name: 'end',
          when: { phase: 'Ready', labels: { over: 'true' } },
          delayMs: 0,
          next: 'Succeeded',
          log: 'done',
        },
      ],
    },
  });
  call = createCall(await cluster.listen());
});
afterAll(() => cluster.stop());

const textOf = async (path: string) => (await call(path)).bytes.toString();

test('the logs of simulated pods can be read and followed to their end', async () => {
  await cluster.client.of(Pods).create({
    metadata: { name: 'talker', namespace: 'default' },
    spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] },
  } as Pod);
  await waitFor(async () => (await textOf(LOG)) === 'starting\nlistening\n');
  const followed = textOf(`${LOG}?follow=true`);
  expect(await textOf(`${LOG}?tailLines=1`)).toBe('listening\n');
  expect(await textOf(`${LOG}?limitBytes=4`)).toBe('star');
  expect(await textOf(`${LOG}?timestamps=true&tailLines=1`)).toMatch(/^\d{4}-\S*\.\d{3}000000Z listening\n$/);
  expect(await textOf(`${LOG}?sinceTime=2100-01-01T00:00:00Z`)).toBe('');
  const over = mergePatch({ metadata: { labels: { over: 'true' } } });
  await cluster.client.of(Pods).patch('talker', over, { namespace: 'default' });
  expect(await followed).toBe('starting\nlistening\ndone\n');
});

test('containers that were started anew write anew, and what they wrote before can be read', async () => {
  const create = (name: string) =>
    cluster.client.of(Pods).create({
      metadata: { name, namespace: 'default', labels: { crashes: 'true' } },
      spec: { containers: [{ name: 'c', image: 'x' }] },
    } as Pod);
  // Of so many some do crash, and some of these only a few times.
  await Promise.all(Array.from({ length: 40 }, (_, index) => create(`crashing-${index}`)));
  const path = await waitFor(async () => {
    const { items } = await cluster.client.of(Pods).list({ namespace: 'default' });
    const pod = items.find(
      ({ status }) => status?.containerStatuses?.[0]?.restartCount && status.containerStatuses[0].ready,
    );
    return pod && `/api/v1/namespaces/default/pods/${pod.metadata?.name}/log`;
  });
  await waitFor(async () => (await textOf(path)) === 'listening\n');
  expect(await textOf(`${path}?previous=true`)).toMatch(/listening\nout of\nmemory\n$/);
  expect(await textOf(`${path}?previous=true&tailLines=2&timestamps=true`)).toMatch(/^\S+Z out of\n\S+Z memory\n$/);
});

test('nobody reads logs of a node that is cut off', async () => {
  const { fleet } = cluster.simulation;
  await fleet.setState('simulated-0', 'Partitioned');
  const { code, json } = await call(LOG);
  await fleet.setState('simulated-0', 'Running');
  expect([code, json.message]).toEqual([
    500,
    'Internal error occurred: error dialing backend: dial tcp 10.200.0.0:10250: connect: no route to host',
  ]);
});

test.each([
  ['?previous=true', 400, 'previous terminated container "c" in pod "talker" not found'],
  ['?container=other', 400, 'container other is not valid for pod talker'],
])('the logs at %s are refused', async (query, status, message) => {
  const answer = await call(LOG + query);
  expect([answer.code, answer.json.message]).toEqual([status, message]);
});

describe('over a WebSocket', () => {
  /** All messages until the log is over. */
  async function read(query: string, protocols: string[]) {
    const { server, ca, admin } = await cluster.listen();
    const { cert, key } = admin.tls;
    const address = `${server.replace('https', 'wss')}${LOG}${query}`;
    const socket = new WebSocket(address, protocols, { ca, cert: cert as string, key: key as string });
    const messages: [boolean, string][] = [];
    socket.on('message', (data: Buffer, isBinary: boolean) => messages.push([isBinary, data.toString()]));
    const refused = once(socket, 'unexpected-response').then(([, response]) => `refused: ${response.statusCode}`);
    const ended = once(socket, 'close').then(([code]) => [socket.protocol, code, messages]);
    socket.on('error', () => {});
    return Promise.race([refused, ended]);
  }

  test.each([
    ['?limitBytes=8&follow=true', [], '', true, 'starting'],
    ['?tailLines=1', ['binary.k8s.io'], 'binary.k8s.io', true, 'done\n'],
    ['?tailLines=1', ['other', 'base64.binary.k8s.io'], 'base64.binary.k8s.io', false, 'ZG9uZQo='],
  ])('%s is read with %j', async (query, protocols, protocol, isBinary, text) => {
    const [chosen, code, messages] = await read(query, protocols);
    const [first, ...rest] = messages as [boolean, string][];
    expect([chosen, code, first, rest.every(([each]) => each === isBinary)]).toEqual([
      protocol,
      1000,
      [isBinary, ''],
      true,
    ]);
    expect(rest.map(([, piece]) => piece).join('')).toBe(text);
  });

  test('errors are answered as ever', async () => {
    expect(await read('?container=other', ['binary.k8s.io'])).toBe('refused: 400');
    expect(await read('', ['nonsense'])).toBe('refused: 400');
  });
});
