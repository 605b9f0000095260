import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import type { Endpoint } from '#testing/endpoint.ts';

let cluster: Cluster;
let endpoint: Endpoint;
let call: ReturnType<typeof createCall>;
let server: Server;
let base: string;

beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  endpoint = await cluster.listen();
  call = createCall(endpoint);
  server = createServer((request, response) => void answer(request, response));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`you said ${data}`)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await cluster.client.of(Nodes).create({ metadata: { name: 'n1' } });
  const addresses = [{ type: 'InternalIP', address: '127.0.0.1' }];
  await cluster.client.of(Nodes).updateStatus({ metadata: { name: 'n1' }, status: { addresses } } as never);
  base = `/api/v1/nodes/n1:${own((server.address() as AddressInfo).port)}/proxy`;
});
afterAll(async () => {
  await cluster.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Says that this process serves the node at a port. */
function own(port: number): number {
  cluster.apiServer.useOwnEndpoint('n1', { host: '127.0.0.1', port });
  return port;
}

const PAGE =
  '<!DOCTYPE html><a href="/next">next</a><img src="a.png"><a href="https://example.com/">out</a><!-- kept -->';

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '';
  if (url.startsWith('/page')) return void response.setHeader('content-type', 'text/html').end(PAGE);
  if (url.startsWith('/bare')) return void request.socket.end('HTTP/1.0 200 OK\nContent-Type: text/plain\n\nbare');
  if (url.startsWith('/moved')) return void response.writeHead(302, { location: '/elsewhere' }).end();
  if (url.startsWith('/broken')) {
    response.writeHead(200, { 'content-length': '10' }).write('half');
    setImmediate(() => request.socket.destroy());
    return;
  }
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of request) {
    hash.update(chunk as Buffer);
    length += (chunk as Buffer).length;
  }
  const { method, headers } = request;
  response.writeHead(method === 'POST' ? 201 : 200, {
    'content-type': 'application/json',
    'set-cookie': ['a=1', 'b=2'],
  });
  response.end(JSON.stringify({ method, url, headers, length, digest: hash.digest('hex') }));
}

describe('a proxied request', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s goes on with path, query and body',
    async (method) => {
      const body = method === 'GET' || method === 'OPTIONS' ? undefined : 'hello';
      const { code, json, headers } = await call(`${base}/some/path/?a=1&b=x%20y`, {
        method,
        body,
        headers: { 'x-mine': 'yes' },
      });
      expect([code, json.method, json.url, json.length]).toEqual([
        method === 'POST' ? 201 : 200,
        method,
        '/some/path/?a=1&b=x%20y',
        body?.length ?? 0,
      ]);
      expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
      expect(json.headers['x-mine']).toBe('yes');
      expect(json.headers['x-forwarded-uri']).toBe(`${base}/some/path/`);
      expect(json.headers['x-forwarded-for']).toBe('127.0.0.1');
    },
  );

  test.each(['GET', 'DELETE', 'OPTIONS'])('%s has a body of unknown length go on in its frame', async (method) => {
    const { cert, key } = endpoint.admin.tls;
    const { hostname, port } = new URL(endpoint.server);
    const socket = connect({ host: hostname, port: Number(port), ca: endpoint.ca, cert, key });
    const head = ['Host: a', 'Connection: close', 'Transfer-Encoding: chunked'];
    socket.write(`${method} ${base}/framed HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n5\r\nhello\r\n0\r\n\r\n`);
    let heard = '';
    for await (const data of socket) heard += data;
    expect(heard).toContain('"length":5');
  });

  test('has a body that HTTP/2 brings without a length go on in its frame', async () => {
    const { cert, key } = endpoint.admin.tls;
    const session = connectHttp2(endpoint.server, { ca: endpoint.ca, cert, key });
    const ask = async (body: string) => {
      const stream = session.request({ ':method': 'GET', ':path': `${base}/framed` }, { endStream: body === '' });
      if (body !== '') stream.end(body);
      let heard = '';
      for await (const data of stream.setEncoding('utf8')) heard += data;
      const { length, headers } = JSON.parse(heard);
      return [length, headers['transfer-encoding']];
    };
    expect([await ask('hello'), await ask('')]).toEqual([
      [5, 'chunked'],
      [0, undefined],
    ]);
    session.close();
  });

  test('HEAD answers without a body', async () => {
    const { code, bytes } = await call(`${base}/`, { method: 'HEAD' });
    expect([code, bytes.length]).toEqual([200, 0]);
  });

  test('does not carry credentials', async () => {
    const headers = { authorization: 'Basic abc', 'impersonate-user': 'jane' };
    const impersonating = await call(`${base}/`, { headers });
    expect(JSON.stringify(impersonating.bytes.toString())).not.toContain('abc');
  });

  test('is not hidden from by an escape', async () => {
    expect((await call(`${base.replace('/proxy', '%2Fproxy')}/a%2Fb?c`)).json.url).toBe('/a/b?c');
  });

  test('without the last slash is led to it', async () => {
    const { code, headers } = await call(`${base}?x=1`);
    expect([code, headers.location]).toEqual([301, `${base}/?x=1`]);
    expect((await call(base, { method: 'POST', body: 'x' })).json.url).toBe('/');
  });

  test('leads nowhere where nobody is', async () => {
    for (const kind of ['pods', 'services']) {
      const { code, json } = await call(`/api/v1/namespaces/default/${kind}/nobody/proxy`);
      expect([code, json.reason]).toEqual([404, 'NotFound']);
    }
    expect((await call('/api/v1/nodes/nobody/proxy')).code).toBe(404);
  });

  test('passes on much without holding it', async () => {
    const body = randomBytes(30 * 1024 * 1024);
    const { json } = await call(`${base}/`, { method: 'POST', body });
    expect([json.length, json.digest]).toEqual([body.length, createHash('sha256').update(body).digest('hex')]);
  });

  test('makes redirects and links of pages lead back through the proxy', async () => {
    expect((await call(`${base}/moved`)).headers.location).toBe(`${base}/elsewhere`);
    const { bytes } = await call(`${base}/page`);
    expect(bytes.toString()).toBe(PAGE.replace('"/next"', `"${base}/next"`));
  });

  test('may end the lines of its answers as scripts do', async () => {
    const { code, headers, bytes } = await call(`${base}/bare`);
    expect([code, headers['content-type'], bytes.toString()]).toEqual([200, 'text/plain', 'bare']);
  });

  test('that nobody answers is a 503', async () => {
    const { code, json } = await call(`/api/v1/nodes/n1:${own(1)}/proxy/`);
    expect([code, json.reason, json.message]).toEqual([
      503,
      'ServiceUnavailable',
      'error trying to reach service: dial tcp 127.0.0.1:1: connect: connection refused',
    ]);
  });

  test('goes to no loopback address because a status says so', async () => {
    const { port } = new URL(endpoint.server);
    for (const path of [`n1:${port}`, `https:n1:${port}`, 'n1']) {
      const { code, json } = await call(`/api/v1/nodes/${path}/proxy/version`);
      expect([code, json.reason, json.message]).toEqual([400, 'BadRequest', 'address not allowed']);
    }
  });

  test('whose answer breaks off breaks off', async () => {
    await expect(call(`${base}/broken`)).rejects.toThrow();
    expect((await call(`${base}/`)).code).toBe(200);
  });

  test('may leave HTTP', async () => {
    const { cert, key } = endpoint.admin.tls;
    const socket = new WebSocket(`${endpoint.server.replace('https', 'wss')}${base}/talk`, {
      ca: endpoint.ca,
      cert,
      key,
    });
    const heard = await new Promise((resolve, reject) => {
      socket.once('open', () => socket.send('hello'));
      socket.once('message', (data) => resolve(String(data)));
      socket.once('error', reject);
    });
    socket.close();
    expect(heard).toBe('you said hello');
  });

  test('stays one request when who is behind does not leave HTTP', async () => {
    const asked: (string | undefined)[] = [];
    const plain = createServer(({ url }, response) => {
      asked.push(url);
      response.writeHead(400).end();
    });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { cert, key } = endpoint.admin.tls;
    const { hostname, port } = new URL(endpoint.server);
    const socket = connect({ host: hostname, port: Number(port), ca: endpoint.ca, cert, key });
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n';
    const path = `/api/v1/nodes/n1:${own((plain.address() as AddressInfo).port)}/proxy/bad`;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n${hidden}`);
    let heard = '';
    socket.on('data', (data) => {
      heard += data;
      socket.write(hidden);
      if (heard.split('HTTP/1.1 ').length > 2) socket.destroy();
    });
    await new Promise((resolve) => socket.once('close', resolve));
    plain.close();
    expect([heard.slice(0, 12), heard.split('HTTP/1.1 ').length - 1, asked]).toEqual(['HTTP/1.1 400', 1, ['/bad']]);
  });

  test('is led nowhere else when it is to leave HTTP', async () => {
    const plain = createServer((_request, response) => response.writeHead(302, { location: '/x' }).end());
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const path = `/api/v1/nodes/n1:${own((plain.address() as AddressInfo).port)}/proxy/moved`;
    const { code, json } = await call(path, { headers: { connection: 'Upgrade', upgrade: 'other' } });
    plain.close();
    expect([code, json.message]).toEqual([500, 'invalid upgrade response: status code 302']);
  });

  test('is for those who may', async () => {
    const identity = await endpoint
      .certificateFor('jane', [])
      .then(({ certificate, key }) => ({ cert: certificate, key }));
    const { code, json } = await call(`${base}/`, { method: 'PUT', identity });
    expect([code, json.message]).toEqual([
      403,
      `nodes "${base.split('/')[4]}" is forbidden: User "jane" cannot update resource "nodes/proxy" in API group "" at the cluster scope`,
    ]);
  });
});

describe('a connection to a pod', () => {
  beforeAll(async () => {
    const { client } = cluster;
    await client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
    const containers = [{ name: 'c', image: 'x' }];
    const annotations = { 'kubectl.kubernetes.io/default-container': 'c' };
    for (const [name, spec] of [
      ['waiting', { containers }],
      ['here', { containers, nodeName: 'n1' }],
      ['many', { containers: [...containers, { name: 'd', image: 'x' }], initContainers: [{ name: 'i', image: 'x' }] }],
    ] as const)
      await client.of(Pods).create({ metadata: { name, namespace: 'default', annotations }, spec } as unknown as Pod);
  });

  test.each([
    ['exec', 'x', 404, 'pods "x" not found'],
    ['exec', 'waiting', 400, 'pod waiting does not have a host assigned'],
    ['exec', 'here', 400, 'Upgrade request required'],
    // What is preferred is for clients to read.
    ['exec', 'many', 400, 'a container name must be specified for pod many, choose one of: [i c d]'],
    ['attach', 'many', 400, 'a container name must be specified for pod many, choose one of: [i c d]'],
    ['portforward', 'many', 400, 'pod many does not have a host assigned'],
    ['attach', 'x', 404, 'pods "x" not found'],
    ['portforward', 'x', 404, 'pods "x" not found'],
  ])('%s of %s without asking to leave HTTP is a %i', async (action, name, expected, message) => {
    const { code, json } = await call(`/api/v1/namespaces/default/pods/${name}/${action}?command=ls`, {
      method: 'POST',
    });
    expect([code, json.message]).toEqual([expected, message]);
  });

  test.each(['waiting', 'here'])('into a container that %s has not is a 400, wherever the pod is', async (name) => {
    const path = `/api/v1/namespaces/default/pods/${name}/exec?command=ls&container=none`;
    const { code, json } = await call(path, { method: 'POST' });
    expect([code, json.message]).toEqual([400, `container none is not valid for pod ${name}`]);
  });

  test('the log of a pod that is not there is not found', async () => {
    const { code, json } = await call('/api/v1/namespaces/default/pods/none/log');
    expect([code, json.message]).toEqual([404, 'pods "none" not found']);
  });
});
