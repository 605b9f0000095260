import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Writer } from 'protobufjs/minimal.js';

/** An etcd of this run, spoken to over gRPC with as little work on our side as possible. */
export interface EtcdPeer {
  readonly version: string;
  readonly pid: number;
  /** Where it serves its clients, without TLS. */
  readonly url: string;
  put(key: string, value: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

/** Starts etcd on loopback with its data in `directory`; undefined when it is not installed. */
export async function startEtcd(directory: string): Promise<EtcdPeer | undefined> {
  const [clientPort, peerPort] = [await freePort(), await freePort()];
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const child = spawn('etcd', [
    ...['--data-dir', directory, '--log-level', 'error'],
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
  ]);
  const failed = once(child, 'error').then(() => 'failed' as const);
  const version = await Promise.race([waitForVersion(client), failed]);
  if (version === 'failed') return undefined;
  const session = connect(client);
  return {
    version,
    pid: child.pid as number,
    url: client,
    put: (key, value) =>
      call(session, '/etcdserverpb.KV/Put', Writer.create().uint32(10).string(key).uint32(18).bytes(value).finish()),
    stop: () => stop(session, child),
  };
}

async function waitForVersion(url: string): Promise<string> {
  for (;;) {
    const response = await fetch(`${url}/version`).catch(() => undefined);
    if (response?.ok) return ((await response.json()) as { etcdserver: string }).etcdserver;
    await sleep(50);
  }
}

function call(session: ClientHttp2Session, path: string, message: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('trailers', (trailers) => {
      if (trailers['grpc-status'] === '0') resolve();
      else reject(new Error(`call etcd: ${trailers['grpc-message']}`));
    });
    stream.on('error', reject);
    stream.resume();
    const frame = Buffer.alloc(5 + message.length);
    frame.writeUInt32BE(message.length, 1);
    frame.set(message, 5);
    stream.end(frame);
  });
}

async function stop(session: ClientHttp2Session, child: ChildProcess): Promise<void> {
  session.close();
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('find free port: no address');
  return address.port;
}
