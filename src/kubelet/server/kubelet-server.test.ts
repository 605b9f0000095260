import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { Duplex, type Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { TokenRequest } from '#api/authentication/v1/token-request.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { ClusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { type ClusterRoleBinding, ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { systemClock } from '#base/clock.ts';
import { CertificateAuthority, type KeyPair } from '#cluster/certificates/authority.ts';
import { CriError } from '#cri/runtime.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { SpdySession } from '../streaming/spdy/spdy-session.ts';
import { KubeletHarness } from '../testing/kubelet-harness.ts';
import { type MemoryImage, MemoryRuntime } from '../testing/memory-runtime.ts';

const IMAGES: Readonly<Record<string, MemoryImage>> = {
  'app:1': {
    program: async ({ log, stopped }) => {
      await log('one');
      await log('two', 'stderr');
      await log('three');
      await stopped;
      await log('last');
      return 0;
    },
    exec: (command, stdin) => {
      if (command[0] === 'cat') return { stdout: stdin, exitCode: 0 };
      if (command[0] === 'none') throw new CriError('Unknown', 'failed to exec in container: not found');
      if (command[0] === 'fail') return { stdout: 'out', stderr: 'err', exitCode: 3 };
      return { stdout: command.join(' '), exitCode: 0 };
    },
  },
};

let harness: KubeletHarness;
let tls: { key: string; cert: string; ca: string };
let stranger: KeyPair;
let port: number;

/** How far the clock of the node is ahead of the world's. */
let ahead = 0;

beforeAll(async () => {
  const authority = await CertificateAuthority.create('test-ca', systemClock);
  const ca = authority.pair.certificate;
  const serving = await authority.issue({ commonName: 'node-1', hosts: ['127.0.0.1'] });
  const client = await authority.issue({ commonName: 'api', organizations: ['admins'] });
  stranger = await authority.issue({ commonName: 'someone', organizations: [] });
  tls = { key: client.key, cert: client.certificate, ca };
  harness = await KubeletHarness.start({
    runtime: new MemoryRuntime({ clock: systemClock, images: IMAGES }),
    cluster: await Cluster.start({ controllers: false, scheduler: false }),
    clock: { ...systemClock, now: () => systemClock.now() + ahead },
    serving: {
      host: '127.0.0.1',
      port: 0,
      key: serving.key,
      cert: serving.certificate,
      clientCa: ca,
    },
  });
  port = await harness.kubelet.port();
  await give('admins', 'system:kubelet-api-admin', { kind: 'Group', name: 'admins' });
  await harness.create('web', { containers: [{ name: 'c', image: 'app:1' }] });
  await harness.until('web', ({ status }) => status?.phase === 'Running');
  await waitFor(async () => (await get('/containerLogs/default/web/c')).body.endsWith('three\n'));
});
afterAll(() => harness.stop());

/** Binds a role of the cluster to somebody. */
async function give(
  name: string,
  role: string,
  subject: NonNullable<ClusterRoleBinding['subjects']>[number],
): Promise<void> {
  const apiGroup = 'rbac.authorization.k8s.io';
  const roleRef = { apiGroup, kind: 'ClusterRole', name: role };
  const subjects = [subject.kind === 'ServiceAccount' ? subject : { ...subject, apiGroup }];
  await harness.cluster.client.of(ClusterRoleBindings).create({ metadata: { name }, roleRef, subjects });
}

function get(path: string, options: RequestOptions = tls): Promise<{ code: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      { host: '127.0.0.1', port, path, ca: tls.ca, agent: false, ...options },
      async (response) => {
        let body = '';
        for await (const chunk of response.setEncoding('utf8')) body += chunk;
        resolve({ code: response.statusCode ?? 0, body });
      },
    );
    request.once('error', reject);
    request.end();
  });
}

const messageOf = ({ code, body }: { code: number; body: string }) => [code, JSON.parse(body).message];

describe('access', () => {
  test('ends with the certificate, not with its connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await get('/pods', { ...tls, agent })).code).toBe(200);
    ahead = 400 * 86_400_000;
    try {
      expect((await get('/pods', { ...tls, agent })).code).toBe(401);
    } finally {
      ahead = 0;
      agent.destroy();
    }
  });

  test('is for those who show who they are and whom the API server lets', async () => {
    const known = { key: stranger.key, cert: stranger.certificate };
    expect([
      await get('/healthz', {}),
      await get('/healthz'),
      await get('/pods', known),
      await get('/exec/default/web/c?command=x', known),
      JSON.parse((await get('/pods')).body).items.length,
    ]).toEqual([
      { code: 401, body: 'Unauthorized' },
      { code: 200, body: 'ok' },
      { code: 403, body: 'Forbidden (user=someone, verb=get, resource=nodes, subresource(s)=[pods proxy])' },
      { code: 403, body: 'Forbidden (user=someone, verb=get, resource=nodes, subresource(s)=[proxy])' },
      1,
    ]);
  });

  test('comes with a token, too, for the parts of the node that its account may reach', async () => {
    const { client } = harness.cluster;
    const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['nodes/metrics', 'nodes/pods'] }];
    await client.of(ClusterRoles).create({ metadata: { name: 'metrics' }, rules });
    await give('metrics', 'metrics', { kind: 'ServiceAccount', name: 'default', namespace: 'default' });
    const accounts = client.of(ServiceAccounts);
    const asked = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec: {} } as TokenRequest;
    const { status } = await accounts.createSubresource<TokenRequest>('default', 'token', asked, {
      namespace: 'default',
    });
    const bearer = (token?: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const codes = async (options: RequestOptions) =>
      Promise.all(
        ['/metrics/resource', '/pods', '/stats/summary', '/run/default/web/c'].map(
          async (path) => (await get(path, options)).code,
        ),
      );
    expect([await codes(bearer(status?.token)), await codes(bearer('nonsense'))]).toEqual([
      [200, 200, 403, 403],
      [401, 401, 401, 401],
    ]);
  });
});

test.each([
  ['GET', '/run/default/web/c?cmd=ls', 405],
  ['POST', '/run/default/web/c?cmd=ls', 200],
  ['POST', '/pods', 405],
  ['POST', '/containerLogs/default/web/c', 405],
  ['DELETE', '/stats/summary', 405],
])('%s %s is a %i: rights go by the method', async (method, path, code) => {
  expect((await get(path, { ...tls, method })).code).toBe(code);
});

describe('logs', () => {
  test.each([
    ['', 'one\ntwo\nthree\n'],
    ['tailLines=1', 'three\n'],
    ['tailLines=0', ''],
    ['limitBytes=5', 'one\nt'],
    ['stream=Stderr', 'two\n'],
    ['sinceSeconds=3600', 'one\ntwo\nthree\n'],
  ])('with %s', async (query, body) => {
    expect(await get(`/containerLogs/default/web/c?${query}`)).toEqual({ code: 200, body });
  });

  test('carry timestamps when asked', async () => {
    const { body } = await get('/containerLogs/default/web/c?timestamps=true&tailLines=1');
    expect(body).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z three\n$/);
  });

  test('are followed to the end of the container', async () => {
    await harness.create('short', { containers: [{ name: 'c', image: 'app:1' }] });
    await harness.until('short', ({ status }) => status?.phase === 'Running');
    const request = httpsRequest({
      host: '127.0.0.1',
      port,
      path: '/containerLogs/default/short/c?follow=true',
      agent: false,
      ...tls,
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) {
      body += chunk;
      if (body === 'one\ntwo\nthree\n') await harness.delete('short');
    }
    expect(body).toBe('one\ntwo\nthree\nlast\n');
  });

  test.each([
    ['/containerLogs/default/nope/c', 404, 'pods "nope" not found'],
    ['/containerLogs/default/web/nope', 404, 'containers "nope" not found'],
    ['/containerLogs/default/web/c?previous=true', 400, 'previous terminated container "c" in pod "web" not found'],
    ['/exec/default/web/c', 400, 'Upgrade request required'],
  ])('of %s', async (path, code, message) => {
    expect(messageOf(await get(path))).toEqual([code, message]);
  });
});

describe('over WebSocket', () => {
  const open = (path: string, protocol: string) =>
    new WebSocket(`wss://127.0.0.1:${port}${path}`, [protocol], { ...tls, rejectUnauthorized: false });

  async function exec(query: string, protocol: string, send: readonly Buffer[] = []) {
    const socket = open(`/exec/default/web/c?${query}`, protocol);
    const channels: Record<number, string> = {};
    socket.on('message', (data: Buffer) => {
      channels[data[0] as number] = (channels[data[0] as number] ?? '') + data.subarray(1).toString();
    });
    await once(socket, 'open');
    for (const message of send) socket.send(message);
    const [code] = await once(socket, 'close');
    return { protocol: socket.protocol, code, channels };
  }

  test('output, errors and the exit code have their channels', async () => {
    const { protocol, code, channels } = await exec('command=fail&stdout=true&stderr=true', 'v5.channel.k8s.io');
    expect([protocol, code, channels[1], channels[2], JSON.parse(channels[3] ?? '')]).toEqual([
      'v5.channel.k8s.io',
      1000,
      'out',
      'err',
      {
        metadata: {},
        status: 'Failure',
        message: 'command terminated with non-zero exit code: exit status 3',
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: '3' }] },
      },
    ]);
  });

  test('a command that cannot be started is told in the words of the runtime', async () => {
    const { channels } = await exec('command=none&stdout=true', 'v5.channel.k8s.io');
    expect(JSON.parse(channels[3] ?? '')).toMatchObject({
      code: 500,
      message: 'Internal error occurred: error executing command in container: failed to exec in container: not found',
    });
  });

  test('input ends when the client closes its channel', async () => {
    const { channels } = await exec('command=cat&stdin=true&stdout=true', 'v5.channel.k8s.io', [
      Buffer.from('\0hello '),
      Buffer.from('\0world'),
      Buffer.from([255, 0]),
    ]);
    expect([channels[1], JSON.parse(channels[3] ?? '')]).toEqual(['hello world', { metadata: {}, status: 'Success' }]);
  });

  test.each([
    ['a channel that there is none of', [255, 9]],
    ['no channel', [255]],
    ['two channels', [255, 0, 0]],
  ])('who closes %s is let go', async (_, message) => {
    const { channels } = await exec('command=cat&stdin=true&stdout=true', 'v5.channel.k8s.io', [Buffer.from(message)]);
    expect(channels[3]).toBeUndefined();
  });

  test('only the newest protocol closes channels', async () => {
    const socket = open('/exec/default/web/c?command=cat&stdin=true&stdout=true', 'v4.channel.k8s.io');
    const said: string[] = [];
    socket.on('message', (data: Buffer) => said.push(data.toString('latin1')));
    await once(socket, 'open');
    for (const message of [
      [255, 0],
      [0, 0x61],
    ])
      socket.send(Buffer.from(message));
    socket.close();
    await once(socket, 'close');
    expect(said.filter((each) => each.startsWith('\x03'))).toEqual([]);
  });

  test('a message past all measure ends the connection', async () => {
    const socket = open('/exec/default/web/c?command=cat&stdin=true&stdout=true', 'v5.channel.k8s.io');
    await once(socket, 'open');
    socket.send(Buffer.alloc(33 * 1024 * 1024));
    expect((await once(socket, 'close'))[0]).toBe(1009);
  });

  test("commands come word by word, in the kubelet's own names too", async () => {
    const { protocol, channels } = await exec('command=echo&command=a%20b&output=1', 'v4.channel.k8s.io');
    expect([protocol, channels[1]]).toEqual(['v4.channel.k8s.io', 'echo a b']);
  });

  test.each([
    ['v4.base64.channel.k8s.io', true, 'non-zero exit code'],
    ['channel.k8s.io', false, 'command terminated with non-zero exit code: exit status 3'],
    ['base64.channel.k8s.io', true, 'command terminated with non-zero exit code: exit status 3'],
    ['', false, 'command terminated with non-zero exit code: exit status 3'],
  ])('older clients speak %j', async (protocol, isText, failure) => {
    const path = '/exec/default/web/c?command=fail&stdout=true&stderr=true';
    const protocols = protocol === '' ? [] : [protocol];
    const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, protocols, { ...tls, rejectUnauthorized: false });
    const channels: Record<string, string> = {};
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      expect(isBinary).toBe(!isText);
      const channel = isText ? data.toString()[0] : String(data[0]);
      const body = isText ? Buffer.from(data.subarray(1).toString(), 'base64') : data.subarray(1);
      channels[channel as string] = (channels[channel as string] ?? '') + body.toString();
    });
    await once(socket, 'close');
    expect([socket.protocol, channels[1], channels[2]]).toEqual([protocol, 'out', 'err']);
    expect(channels[3]?.startsWith('{')).toBe(protocol.startsWith('v4'));
    expect(channels[3]).toContain(failure);
  });

  test.each([
    ['v4.channel.k8s.io', [0, 2]],
    ['v4.base64.channel.k8s.io', [0, 2]],
  ])('ports are forwarded over channels (%s)', async (protocol, channels) => {
    const isText = protocol.includes('base64');
    const socket = open('/portForward/default/web?port=80,8080', protocol);
    const said = new Map<number, string>();
    socket.on('message', (data: Buffer) => {
      const channel = isText ? Number(data.toString()[0]) : (data[0] as number);
      const body = isText ? Buffer.from(data.subarray(1).toString(), 'base64') : data.subarray(1);
      said.set(channel, (said.get(channel) ?? '') + body.toString('latin1'));
    });
    await once(socket, 'open');
    for (const channel of channels) {
      const text = `to ${channel}`;
      const binary = Buffer.concat([Buffer.of(channel), Buffer.from(text)]);
      socket.send(isText ? `${channel}${Buffer.from(text).toString('base64')}` : binary);
    }
    // The port comes first, the lower byte in front.
    await waitFor(() => said.get(0) === 'P\0to 0' && said.get(2) === '\x90\x1fto 2');
    expect([said.get(1), said.get(3)]).toEqual(['P\0', '\x90\x1f']);
    socket.close();
  });

  test.each([
    ['', 'query parameter "port" is required'],
    ['?port=', 'query parameter "port" cannot be empty'],
    ['?port=x', 'unable to parse "x" as a port: strconv.ParseUint: parsing "x": invalid syntax'],
    ['?port=80,70000', 'unable to parse "80,70000" as a port: strconv.ParseUint: parsing "70000": value out of range'],
    ['?port=0', 'port "0" must be > 0'],
  ])('the ports of %j are refused', async (query, message) => {
    const socket = open(`/portForward/default/web${query}`, 'v4.channel.k8s.io');
    socket.on('error', () => {});
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    expect([response.statusCode, JSON.parse(await readText(response)).message]).toEqual([400, message]);
    socket.terminate();
  });

  test('ports are forwarded through a tunnel', async () => {
    const protocol = 'SPDY/3.1+portforward.k8s.io';
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': protocol,
    };
    const request = httpsRequest({
      host: '127.0.0.1',
      port,
      path: '/portForward/default/web',
      headers,
      agent: false,
      ...tls,
    });
    request.end();
    const [response, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Duplex];
    expect(response.headers['sec-websocket-protocol']).toBe(protocol);
    await expectEcho(new SpdySession(new ShortMessages(socket), { isClient: true }));
  });
});

describe('over SPDY', () => {
  async function upgrade(path: string, protocol: string): Promise<SpdySession> {
    const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': protocol };
    const request = httpsRequest({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false, ...tls });
    request.end();
    const [response, socket] = (await once(request, 'upgrade')) as [{ headers: Record<string, string> }, Duplex];
    expect(response.headers['x-stream-protocol-version']).toBe(protocol);
    return new SpdySession(socket, { isClient: true });
  }

  test('a command gets its input and gives its output', async () => {
    const session = await upgrade('/exec/default/web/c?command=cat&stdin=true&stdout=true', 'v4.channel.k8s.io');
    const error = await session.open({ streamType: 'error' });
    const stdin = await session.open({ streamType: 'stdin' });
    const stdout = await session.open({ streamType: 'stdout' });
    stdin.end('hello');
    expect([await readText(stdout), JSON.parse(await readText(error))]).toEqual([
      'hello',
      { metadata: {}, status: 'Success' },
    ]);
    await session.closed;
  });

  test('ports are forwarded', async () => {
    await expectEcho(await upgrade('/portForward/default/web', 'portforward.k8s.io'));
  });
});

/** A client's end of a WebSocket whose messages are binary and shorter than 126 bytes; no library sends the tunnel's protocol. */
class ShortMessages extends Duplex {
  readonly #socket: Duplex;

  constructor(socket: Duplex) {
    super();
    this.#socket = socket;
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 2 && rest.length >= 2 + (rest[1] as number)) {
        const end = 2 + (rest[1] as number);
        if (rest[0] === 0x82) this.push(rest.subarray(2, end));
        rest = rest.subarray(end);
      }
    });
    socket.once('close', () => this.push(null));
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, callback: () => void): void {
    // Masked with zeros.
    this.#socket.write(Buffer.concat([Buffer.from([0x82, 0x80 | chunk.length, 0, 0, 0, 0]), chunk]), callback);
  }

  override _final(callback: () => void): void {
    this.#socket.end(callback);
  }
}

async function expectEcho(session: SpdySession): Promise<void> {
  const error = await session.open({ streamType: 'error', port: '80', requestID: '0' });
  const data = await session.open({ streamType: 'data', port: '80', requestID: '0' });
  error.end();
  data.end('ping');
  expect([await readText(data), await readText(error)]).toEqual(['ping', '']);
  session.close();
}

async function readText(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
