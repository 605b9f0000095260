import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';
import { waitFor } from '#testing/wait-for.ts';
import { frame, PREFACE } from '../http2/testing/raw-peer.ts';

let cluster: Cluster;
let endpoint: Endpoint;
let call: ReturnType<typeof createCall>;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  endpoint = await cluster.listen();
  call = createCall(endpoint);
});
afterAll(() => cluster.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';
const END_STREAM = 1;
const END_HEADERS = 4;

/** A header as HPACK writes one that is in no table; name and value are below 127 bytes. */
const header = (name: string, value: string) =>
  Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);
const request = (method: string, path: string) =>
  Buffer.concat([
    header(':method', method),
    header(':scheme', 'https'),
    header(':authority', 'x'),
    header(':path', path),
  ]);

const CANCEL = Buffer.from([0, 0, 0, 8]);
/** SETTINGS_INITIAL_WINDOW_SIZE of nothing: the server may not send a byte. */
const NO_WINDOW = Buffer.from([0, 4, 0, 0, 0, 0]);
const many = (count: number, make: (index: number) => Buffer) =>
  Buffer.concat(Array.from({ length: count }, (_, n) => make(n)));

function connect(protocol: 'h2' | 'http/1.1'): Promise<TLSSocket> {
  const { port } = new URL(endpoint.server);
  const { cert, key } = endpoint.admin.tls;
  const options = { port: Number(port), host: '127.0.0.1', ca: endpoint.ca, ALPNProtocols: [protocol] };
  return new Promise((resolve, reject) => {
    const socket = connectTls({ ...options, cert: cert as string, key: key as string }, () => {
      // The server may reset a connection on which the client still talks.
      socket.off('error', reject).on('error', () => {});
      resolve(socket);
    });
    socket.once('error', reject);
    socket.resume();
  });
}

/** Writes until the server has had enough of it or everything is written. */
async function pour(socket: TLSSocket, rounds: readonly Buffer[]): Promise<void> {
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  for (const round of rounds) {
    if (socket.destroyed) return;
    await Promise.race([closed, new Promise<void>((resolve) => socket.write(round, () => resolve()))]);
  }
}

const stream = (index: number) => 2 * index + 1;
const HTTP2: readonly (readonly [string, () => Buffer[]])[] = [
  [
    'requests taken back at once',
    () => [
      many(1200, (n) =>
        Buffer.concat([
          frame('headers', stream(n), request('GET', MAPS), END_STREAM | END_HEADERS),
          frame('reset', stream(n), CANCEL),
        ]),
      ),
    ],
  ],
  [
    'writes taken back before their end',
    () => [
      many(1200, (n) =>
        Buffer.concat([
          frame('headers', stream(n), request('POST', MAPS), END_HEADERS),
          frame('data', stream(n), Buffer.from('{"metadata":{"name":"x"}')),
          frame('reset', stream(n), CANCEL),
        ]),
      ),
    ],
  ],
  ['pings', () => Array(20).fill(many(1000, () => frame('ping', 0, Buffer.alloc(8))))],
  ['settings', () => Array(20).fill(many(1000, () => frame('settings', 0)))],
  [
    'headers without end',
    () => [
      frame('headers', 1, request('GET', MAPS), END_STREAM),
      ...Array(30).fill(
        many(10, () =>
          frame(
            'continuation',
            1,
            many(100, () => header('x-a', 'b'.repeat(100))),
          ),
        ),
      ),
    ],
  ],
  [
    'headers that go on with nothing',
    () => [
      frame('headers', 1, request('GET', MAPS), END_STREAM),
      ...Array(20).fill(many(1000, () => frame('continuation', 1))),
    ],
  ],
  [
    'answers nobody takes',
    () => [
      frame('settings', 0, NO_WINDOW),
      many(300, (n) => frame('headers', stream(n), request('GET', '/openapi/v2'), END_STREAM | END_HEADERS)),
    ],
  ],
  [
    'watches nobody reads',
    () => [
      frame('settings', 0, NO_WINDOW),
      many(300, (n) => frame('headers', stream(n), request('GET', `${MAPS}?watch=1`), END_STREAM | END_HEADERS)),
    ],
  ],
  ['a window past all measure', () => Array(2).fill(frame('windowUpdate', 0, Buffer.from([0x7f, 255, 255, 255])))],
  [
    'a body of nothing without end',
    () => [
      frame('headers', 1, request('POST', MAPS), END_HEADERS),
      ...Array(20).fill(many(1000, () => frame('data', 1))),
    ],
  ],
  ['priorities', () => [many(20_000, (n) => frame('priority', stream(n), Buffer.from([0, 0, 0, 0, 1])))]],
  ['frames nobody knows', () => Array(20).fill(many(500, () => frame(200, 0, Buffer.alloc(100))))],
  ['noise', () => [Buffer.from(Array.from({ length: 50_000 }, (_, n) => (n * 7919) % 251))]],
];

describe('a connection over HTTP/2', () => {
  test.each(HTTP2)('that sends %s disturbs nobody', async (_what, rounds) => {
    const socket = await connect('h2');
    await pour(socket, [PREFACE, frame('settings', 0), ...rounds()]);
    expect((await call('/readyz')).code).toBe(200);
    socket.destroy();
    const { items } = (await call(MAPS)).json;
    expect(items).toEqual([]);
  });
});

describe('a connection over HTTP/1.1', () => {
  const HEAD = `POST ${MAPS} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`;
  const BODY = '{"metadata":{"name":"x"}}';
  test.each([
    ['a body that is cut off', `${HEAD}content-length: 100\r\n\r\n${BODY}`],
    ['a body in pieces that is cut off', `${HEAD}transfer-encoding: chunked\r\n\r\n19\r\n${BODY}\r\n`],
    ['two lengths', `${HEAD}content-length: 25\r\ncontent-length: 26\r\n\r\n${BODY}`],
    ['a length and pieces', `${HEAD}content-length: 25\r\ntransfer-encoding: chunked\r\n\r\n${BODY}`],
    ['a negative length', `${HEAD}content-length: -1\r\n\r\n${BODY}`],
    ['a path of nothing', 'GET  HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a path past all measure', `GET /${'a'.repeat(2_000_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
    ['thousands of headers', `${HEAD}${Array.from({ length: 20_000 }, (_, n) => `x-${n}: y\r\n`).join('')}\r\n`],
    ['another protocol', 'SSH-2.0-OpenSSH_9\r\n'],
    ['the preface of HTTP/2', String(PREFACE)],
    [
      'a handshake without a key',
      `GET ${MAPS}?watch=1 HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
    ],
    ['another tongue', `GET ${MAPS}?watch=1 HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: gopher\r\n\r\n`],
  ])('that sends %s leaves nothing behind', async (_what, text) => {
    const socket = await connect('http/1.1');
    socket.write(text);
    socket.end();
    await waitFor(() => socket.destroyed || socket.readableEnded);
    expect([(await call('/readyz')).code, (await call(MAPS)).json.items]).toEqual([200, []]);
    socket.destroy();
  });

  test.each([
    ['a frame without a mask', Buffer.from([0x81, 0x02, 0x68, 0x69])],
    ['a frame larger than memory', Buffer.from([0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0])],
    ['reserved bits', Buffer.from([0xf1, 0x80, 0, 0, 0, 0])],
    ['pings', many(5000, () => Buffer.from([0x89, 0x80, 0, 0, 0, 0]))],
    ['continuations of nothing', many(100, () => Buffer.from([0x80, 0x80, 0, 0, 0, 0]))],
  ])('that becomes a WebSocket and sends %s is closed or goes on, alone', async (_what, bytes) => {
    const socket = await connect('http/1.1');
    const said = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
    const key = 'dGhlIHNhbXBsZSBub25jZQ==';
    socket.write(
      `GET ${MAPS}?watch=1&timeoutSeconds=1 HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
    );
    expect(await said).toMatch(/^HTTP\/1\.1 101 /);
    await pour(socket, [bytes]);
    expect((await call('/readyz')).code).toBe(200);
    socket.destroy();
  });
});

test('who is refused to leave HTTP while he talks is not kept', async () => {
  const connections = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  await waitFor(() => connections() === 0);
  const socket = await connect('http/1.1');
  expect(connections()).toBeGreaterThan(1);
  const said = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  const upgrade = 'connection: upgrade\r\nupgrade: SPDY/3.1\r\n';
  socket.write(`POST /api/v1/namespaces/default/pods/none/exec?command=x HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n`);
  socket.write(Buffer.alloc(100_000));
  expect(await said).toMatch(/^HTTP\/1\.1 404 /);
  socket.destroy();
  await waitFor(() => connections() === 0);
});
