import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';
import { waitFor } from '#testing/wait-for.ts';
import { frame, PREFACE } from '../http2/testing/raw-peer.ts';
import { HttpsListener } from './https-listener.ts';

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
const JSON_BODY = { 'content-type': 'application/json' };
const object = (bytes: number) =>
  JSON.stringify({
    metadata: { name: 'big' },
    spec: { selector: { matchLabels: { a: 'b' } }, template: template(bytes) },
  });
const template = (bytes: number) => ({
  metadata: { labels: { a: 'b' } },
  spec: { containers: [{ name: 'c', image: 'i', env: [{ name: 'TEXT', value: 'x'.repeat(bytes) }] }] },
});

describe('a timeout', () => {
  test.each(['', '5s', '0s', '-1s', '100h'])('of %j is taken', async (timeout) => {
    expect((await call(`${MAPS}?timeout=${timeout}`)).code).toBe(200);
  });

  test.each([
    ['invalid', 'time: invalid duration "invalid"'],
    ['5', 'time: missing unit in duration "5"'],
  ])('of %j is refused, whoever asks', async (timeout, reason) => {
    const { code, json } = await call(`${MAPS}?timeout=${timeout}`, { identity: null });
    const message = `invalid timeout specified in the request URL - ${reason}`;
    expect([code, json.reason, json.message]).toEqual([400, 'BadRequest', message]);
  });

  test.each(['', 'application/vnd.kubernetes.protobuf'])('ends what takes longer (%j)', async (accept) => {
    const { code, headers, json } = await call(`${MAPS}?resourceVersion=1000000&timeout=100ms`, {
      headers: { accept },
    });
    expect([code, headers['content-type'], json]).toEqual([
      504,
      'text/plain; charset=utf-8',
      {
        metadata: {},
        status: 'Failure',
        message: 'Timeout: request did not complete within the allotted timeout',
        reason: 'Timeout',
        details: {},
        code: 504,
      },
    ]);
    // The one that still waits is through later, and nobody hears of it.
    const late = 'apiserver_request_post_timeout_total{source="timeout-handler",status="ok"}';
    const ended =
      /apiserver_request_terminations_total\{verb="LIST",group="",version="v1",resource="configmaps",.*code="504"\} [12]/;
    await waitFor(async () => String((await call('/metrics')).bytes).includes(late));
    expect(String((await call('/metrics')).bytes)).toMatch(ended);
  });

  test('of what runs long is not looked at', async () => {
    expect((await call('/api/v1/namespaces/default/pods/none/log?timeout=invalid')).code).toBe(404);
  });
});

describe('a method', () => {
  test.each([
    ['OPTIONS', `${MAPS}/a`],
    ['POST', `${MAPS}/a`],
    ['PUT', MAPS],
    ['PATCH', MAPS],
    ['DELETE', '/api/v1/namespaces'],
    ['POST', '/api/v1/namespaces/default/pods/x/status'],
  ])('%s is not for %s', async (method, path) => {
    const { code, json } = await call(path, { method, headers: JSON_BODY, body: '{}' });
    expect([code, json.reason, json.message]).toEqual([
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    ]);
  });
});

describe('size', () => {
  test('an object past 1.5 MB is refused', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const { code, json } = await call(path, { method: 'POST', headers: JSON_BODY, body: object(1_600_000) });
    expect([code, json.reason, json.message]).toEqual([
      413,
      'RequestEntityTooLarge',
      'Request entity too large: limit is 1572864',
    ]);
    expect((await call(`${path}/big`)).code).toBe(404);
    expect((await call(path, { method: 'POST', headers: JSON_BODY, body: object(1_400_000) })).code).toBe(201);
  });

  // Each took more than ten seconds while its cost grew with the square of its length.
  const range = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  const map = (metadata: object, rest: object = {}) => JSON.stringify({ metadata, ...rest });
  const podTemplate = (env: object[]) => ({ spec: { containers: [{ name: 'c', image: 'i', env }] } });
  const owner = (i: number) => ({
    ...{
      manager: `m${i}`,
      operation: 'Update',
      apiVersion: 'v1',
      time: '2020-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
    },
    fieldsV1: { 'f:data': { [`f:k${i}`]: {} } },
  });
  test.each([
    [
      'variables',
      'podtemplates',
      map({ name: 'env' }, { template: podTemplate(range(15_000, (i) => ({ name: `E${i}` }))) }),
    ],
    ['finalizers', 'configmaps', map({ name: 'held', finalizers: range(20_000, (i) => `a.b/f${i}`) })],
    ['owners of fields', 'configmaps', map({ name: 'owned', managedFields: range(3000, owner) })],
    [
      'keys there twice',
      'configmaps',
      `metadata: {name: twice}\ndata:\n${'  a: "1"\n'.repeat(40_000)}`,
      'application/yaml',
    ],
  ])('many %s are read in time', async (_what, resource, body, type = 'application/json') => {
    const path = `/api/v1/namespaces/default/${resource}`;
    expect((await call(path, { method: 'POST', headers: { 'content-type': type }, body })).code).toBe(201);
  });

  test('an object that is too large only with the owners of its fields is stored without them', async () => {
    const data = Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`key-${i}`.padEnd(20, 'x'), 'v']));
    const write = async (method: string, path: string, type: string, body: object) => {
      const answer = await call(path, { method, headers: { 'content-type': type }, body: JSON.stringify(body) });
      return [answer.code, answer.json.metadata?.managedFields];
    };
    const map = (name: string, rest: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...rest });
    const json = 'application/json';
    expect(await write('POST', MAPS, json, map('crowded', { data }))).toEqual([201, undefined]);
    for (const name of ['put', 'patched']) await write('POST', MAPS, json, map(name, {}));
    expect(await write('PUT', `${MAPS}/put`, json, map('put', { data }))).toEqual([200, undefined]);
    const patch = 'application/merge-patch+json';
    expect(await write('PATCH', `${MAPS}/patched`, patch, { data })).toEqual([200, undefined]);
    const applied = `${MAPS}/applied?fieldManager=me`;
    const apply = 'application/apply-patch+yaml';
    expect(await write('PATCH', applied, apply, map('applied', { data }))).toEqual([413, undefined]);
  });

  test('a body past 3 MB is not read to its end, whatever it holds', async () => {
    const { code, json } = await call(MAPS, {
      method: 'POST',
      headers: JSON_BODY,
      body: ' '.repeat(3 * 1024 * 1024 + 1),
    });
    expect([code, json.message]).toEqual([413, 'Request entity too large: limit is 3145728']);
  });

  test('a connection whose body was not read to its end closes, once its client has the answer', async () => {
    const size = 5_000_000;
    const head = `POST ${MAPS} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n`;
    const answer = await rawAsAdmin(head + ' '.repeat(size));
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*\r\nConnection: close\r\n.*"code":413}\n$/s);
  });

  test('a body without end over HTTP/2 is cut off, and the connection goes on', async () => {
    const { cert, key } = endpoint.admin.tls;
    const session: ClientHttp2Session = connectHttp2(endpoint.server, { ca: endpoint.ca, cert, key });
    const stream = session.request({ ':path': MAPS, ':method': 'POST', ...JSON_BODY });
    stream.on('error', () => {});
    const status = new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])));
    const closed = new Promise((resolve) => stream.once('close', resolve));
    const chunk = Buffer.alloc(64 * 1024, 32);
    const more = () => {
      while (!stream.destroyed && stream.write(chunk));
    };
    stream.on('drain', more);
    more();
    stream.resume();
    expect(await status).toBe(413);
    await closed;
    const next = session.request({ ':path': '/version' });
    expect(await new Promise((resolve) => next.once('response', (headers) => resolve(headers[':status'])))).toBe(200);
    session.destroy();
  });

  test('a header past all measure is a 431', async () => {
    const answer = await raw(`GET /version HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(2 * 1024 * 1024)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect((await call('/version')).code).toBe(200);
  });
});

/** What the server says to some bytes before it closes the connection. */
const rawAsAdmin = (text: string) => raw(text, endpoint.admin.tls);

function raw(text: string, credentials: object = {}): Promise<string> {
  const { port } = new URL(endpoint.server);
  return new Promise((resolve) => {
    const socket = connectTls({
      port: Number(port),
      host: '127.0.0.1',
      ca: endpoint.ca,
      ...credentials,
      ALPNProtocols: ['http/1.1'],
    });
    collect(socket, resolve);
    socket.write(text);
  });
}

function collect(socket: TLSSocket, done: (text: string) => void): void {
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk;
  });
  // The server may reset a connection on which the client still talks.
  socket.on('error', () => {});
  socket.once('close', () => done(said));
}

describe('a connection that says nothing, or takes forever to say it, is closed', () => {
  let listener: HttpsListener;
  let tls: { ca: string };
  beforeAll(async () => {
    const authority = await CertificateAuthority.create('slow', systemClock);
    const { key, certificate } = await authority.issue({ commonName: 'server', hosts: ['127.0.0.1'] });
    tls = { ca: authority.pair.certificate };
    listener = await HttpsListener.listen({
      host: '127.0.0.1',
      port: 0,
      tls: { key, cert: certificate },
      headersTimeoutMs: 200,
      onExchange: (exchange) => exchange.respond(200, {}, Buffer.from('served')),
      onFault: (error) => expect.unreachable(String(error)),
    });
  });
  afterAll(() => listener.close());

  test.each(['', 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: '])('after %j', async (said) => {
    const { port } = listener.address;
    const socket = connectTls({ port, host: '127.0.0.1', ...tls, ALPNProtocols: ['http/1.1'] });
    if (said !== '') socket.write(said);
    const answer = await new Promise<string>((resolve) => collect(socket, resolve));
    expect(answer === '' || answer.startsWith('HTTP/1.1 408 ')).toBe(true);
  });

  const settings = frame('settings', 0);
  test.each([
    ['nothing', []],
    ['half a greeting', [PREFACE.subarray(0, 10)]],
    ['a greeting', [PREFACE]],
    ['half a request', [PREFACE, settings, frame('headers', 1)]],
  ])('over HTTP/2 after %s', async (_what, said) => {
    const { port } = listener.address;
    const socket = connectTls({ port, host: '127.0.0.1', ...tls, ALPNProtocols: ['h2'] });
    socket.write(Buffer.concat(said));
    // It is closed without another word, after what every connection begins with.
    expect(await new Promise<string>((resolve) => collect(socket, resolve))).not.toContain('served');
  });
});
