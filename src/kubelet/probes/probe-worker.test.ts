import { createServer, type Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setImmediate as tick } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Probe } from '#api/core/v1/probe.ts';
import type { RuntimeService } from '#cri/runtime.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { container, podOf } from '../testing/fixtures.ts';
import { probeGrpc } from './grpc-probe.ts';
import { probeHttp } from './http-probe.ts';
import { type ProbeType, runProbeWorker } from './probe-worker.ts';
import { probeTcp } from './tcp-probe.ts';

/** Runs an exec probe whose exit codes are given, second by second; resolves with what it decided when. */
async function decide(type: ProbeType, probe: Partial<Probe>, exitCodes: readonly number[], seconds: number) {
  const clock = new VirtualClock();
  const decided: string[] = [];
  const events: string[] = [];
  let call = 0;
  const runtime = {
    execSync: async () => ({ stdout: Buffer.from('out'), stderr: Buffer.from(''), exitCode: exitCodes[call++] ?? 0 }),
  } as unknown as RuntimeService;
  const stop = new AbortController();
  const second = () => (clock.now() - start) / 1000;
  const start = clock.now();
  const running = runProbeWorker({
    type,
    probe: {
      exec: { command: ['x'] },
      periodSeconds: 1,
      successThreshold: 1,
      failureThreshold: 3,
      timeoutSeconds: 1,
      ...probe,
    },
    pod: podOf({}),
    part: { kind: 'containers', container: container('c') },
    containerId: 'c-0',
    startedAt: start,
    podIP: () => '',
    runtime,
    events: { record: (_, level, reason, message) => events.push(`${level} ${reason} ${message}`) },
    clock,
    onResult: (passed) => decided.push(`${second()}s ${passed ? 'passed' : 'failed'}`),
    signal: stop.signal,
  });
  for (let step = 0; step < seconds; step++) {
    await tick();
    await tick();
    clock.advance(1000);
  }
  stop.abort();
  await running;
  return { decided, calls: call, events };
}

test('a probe starts after its delay and repeats by its period', async () => {
  expect(await decide('readiness', { initialDelaySeconds: 2, periodSeconds: 2 }, [], 8)).toEqual({
    decided: ['2s passed', '4s passed', '6s passed'],
    calls: 3,
    events: [],
  });
});

test('failures count only in a row', async () => {
  const { decided, events } = await decide('readiness', { failureThreshold: 2 }, [1, 0, 1, 1, 0], 5);
  expect([decided, events]).toEqual([
    ['1s passed', '3s failed', '4s passed'],
    Array(3).fill('Warning Unhealthy Readiness probe failed: out'),
  ]);
});

test('a liveness probe ends when it has failed', async () => {
  expect(await decide('liveness', {}, [1, 1, 1, 1], 6)).toMatchObject({ decided: ['2s failed'], calls: 3 });
});

test('a startup probe ends when it has passed', async () => {
  expect(await decide('startup', {}, [1, 0], 6)).toMatchObject({ decided: ['1s passed'], calls: 2 });
});

/** What a health service answers: a status, or a code and a text. */
interface GrpcSays {
  readonly status?: number;
  readonly code?: string;
  readonly text?: string;
}

describe('over the network', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function serve(status: number, headers = {}): Promise<number> {
    server = createServer((_, response) => response.writeHead(status, headers).end('body'));
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  test.each([
    [200, {}, 'success body'],
    [399, {}, 'success body'],
    [404, {}, 'failure HTTP probe failed with statuscode: 404'],
    [302, { location: 'http://elsewhere.example.org/' }, 'warning Probe terminated redirects, Response body: body'],
  ])('HTTP %i', async (status, headers, expected) => {
    const port = await serve(status, headers);
    const { result, output } = await probeHttp({ port }, { host: '127.0.0.1', port, timeoutMs: 20_000 });
    expect(`${result} ${output}`).toBe(expected);
  });

  test('a long answer is read only at its start', async () => {
    server = createServer((_, response) => response.end('x'.repeat(2_000_000)));
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { result, output } = await probeHttp({ port }, { host: '127.0.0.1', port, timeoutMs: 20_000 });
    expect([result, output.length]).toEqual(['success', 10 * 1024]);
  });

  test('lines of an answer may end as scripts end them', async () => {
    server = createServer((request) => void request.socket.end('HTTP/1.0 200 OK\nContent-Type: text/plain\n\nbody'));
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await probeHttp({ port }, { host: '127.0.0.1', port, timeoutMs: 20_000 })).toEqual({
      result: 'success',
      output: 'body',
    });
  });

  test('nobody listens', async () => {
    const port = await serve(200);
    await new Promise((resolve) => server?.close(resolve));
    const target = { host: '127.0.0.1', port, timeoutMs: 20_000 };
    expect([await probeHttp({ port, path: '/x' }, target), await probeTcp('127.0.0.1', port, 5000)]).toEqual([
      {
        result: 'failure',
        output: `Get "http://127.0.0.1:${port}/x": dial tcp 127.0.0.1:${port}: connect: connection refused`,
      },
      { result: 'failure', output: `dial tcp 127.0.0.1:${port}: connect: connection refused` },
    ]);
  });

  test.each<[string, string, GrpcSays, string]>([
    ['that is well', '', { status: 1 }, 'success service healthy'],
    ['that is not', 'db', { status: 2 }, 'failure service unhealthy (responded with "NOT_SERVING")'],
    ['of a long name', 'x'.repeat(300), { status: 1 }, 'success service healthy'],
    [
      'that nobody serves',
      '',
      { code: '12', text: 'unknown service' },
      'failure error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service',
    ],
    [
      'that fails',
      '',
      { code: '13', text: 'broken' },
      'failure error: health rpc probe failed: rpc error: code = Internal desc = broken',
    ],
  ])('gRPC health of a service %s', async (_, service, { status, code = '0', text = '' }, expected) => {
    const asked: string[] = [];
    const grpc = createHttp2Server((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const sent = Buffer.concat(chunks);
        asked.push(`${request.url} ${sent.subarray(sent.length - service.length).toString()}`);
        response.writeHead(200, { 'content-type': 'application/grpc' });
        if (status !== undefined) response.write(Buffer.from([0, 0, 0, 0, 2, 8, status]));
        response.addTrailers({ 'grpc-status': code, 'grpc-message': text });
        response.end();
      });
    });
    await new Promise<void>((resolve) => grpc.listen(0, '127.0.0.1', resolve));
    const target = { host: '127.0.0.1', port: (grpc.address() as AddressInfo).port, timeoutMs: 20_000 };
    const { result, output } = await probeGrpc(target, service);
    await new Promise((resolve) => grpc.close(resolve));
    expect([`${result} ${output}`, asked]).toEqual([expected, [`/grpc.health.v1.Health/Check ${service}`]]);
    expect(await probeGrpc({ ...target, timeoutMs: 1500 }, service)).toEqual({
      result: 'failure',
      output: `timeout: failed to connect service "127.0.0.1:${target.port}" within 1.5s: context deadline exceeded`,
    });
  });

  test('somebody listens', async () => {
    expect(await probeTcp('127.0.0.1', await serve(200), 5000)).toEqual({ result: 'success', output: '' });
  });
});
