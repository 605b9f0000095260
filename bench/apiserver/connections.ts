// Creates and gets as seen by a client in C (`h2load`, Debian's nghttp2-client) with a connection for each of its clients, over
// HTTPS against `knarr up --runtime none` with durable store, RBAC, admission and fair queues. Beside them, by the same client:
// puts and gets of etcd by itself, without TLS, and what node's own HTTPS server does with an empty answer.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { systemClock } from '#base/clock.ts';
import { Client } from '#client/client.ts';
import { HttpTransport } from '#client/http-transport.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';
import { startEtcd } from '../storage/etcd-peer.ts';
import { h2load, type Load, type LoadFigures } from './h2load.ts';
import { type KnarrProcess, startKnarr } from './knarr-process.ts';

const WIDTHS = [1, 16, 256];
const WRITES = [2_000, 10_000, 20_000];
const READS = 30_000;
const VALUE = 'x'.repeat(500);

const directory = mkdtempSync(join(tmpdir(), 'knarr-bench-'));
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};

async function row(name: string, load: Load, pid: number): Promise<LoadFigures> {
  const figures = await h2load(load, pid, join(directory, 'log'));
  if (figures === undefined) throw new Error('h2load is not installed: apt-get install nghttp2-client');
  const { perSecond, p50, p99, cpu } = figures;
  const columns = [`${perSecond.toFixed(0)} /s`, `p50 ${p50.toFixed(2)} ms`, `p99 ${p99.toFixed(2)} ms`];
  console.log(
    name.padEnd(28),
    ...columns.map((column) => column.padStart(14)),
    `${cpu.toFixed(0).padStart(6)} µs of CPU each`,
  );
  return figures;
}

/** Reads at full and at half load. */
async function reads(name: string, load: Omit<Load, 'count' | 'clients'>, pid: number): Promise<void> {
  await row(`${name}, 1 client`, { ...load, count: READS / 6, clients: 1 }, pid);
  const { perSecond } = await row(`${name}, 16 clients`, { ...load, count: READS, clients: 16 }, pid);
  const half = perSecond / 2;
  await row(`${name} at half load`, { ...load, count: Math.round(half * 4), clients: 16, perSecond: half }, pid);
}

/** A message as gRPC sends it; fields are length-delimited, by number from 1. */
function grpcMessage(...fields: string[]): Buffer {
  const parts = fields.flatMap((field, index) => {
    const length = Buffer.byteLength(field);
    return [
      Buffer.from([
        ((index + 1) << 3) | 2,
        (length & 127) | (length > 127 ? 128 : 0),
        ...(length > 127 ? [length >> 7] : []),
      ]),
      Buffer.from(field),
    ];
  });
  const message = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

async function etcd(): Promise<void> {
  const peer = await startEtcd(join(directory, 'etcd'));
  if (peer === undefined) return console.log('etcd is not installed: nothing to compare with');
  const headers = ['content-type: application/grpc', 'te: trailers'];
  const call = (method: string, message: Buffer) => ({
    url: `${peer.url}/etcdserverpb.KV/${method}`,
    headers,
    body: file(method, message),
  });
  const put = call('Put', grpcMessage('key', VALUE));
  for (const [at, width] of WIDTHS.entries()) {
    await row(`etcd put, ${width} clients`, { ...put, count: WRITES[at] as number, clients: width }, peer.pid);
  }
  await reads('etcd range', call('Range', grpcMessage('key')), peer.pid);
  await peer.stop();
}

async function knarr(): Promise<void> {
  const tokens = file('tokens', 'bench-token,loader,1\n');
  const server = await startKnarr(join(directory, 'knarr'), ['--token-auth-file', tokens]);
  try {
    await allow(server);
    const maps = `${server.connection.server}/api/v1/namespaces/default/configmaps`;
    const headers = ['authorization: Bearer bench-token', 'content-type: application/json'];
    const body = file('map', JSON.stringify({ metadata: { generateName: 'm-' }, data: { text: VALUE } }));
    const create = { url: maps, headers, body };
    await row('create, 1 client, cold', { ...create, count: 600, clients: 1 }, server.pid);
    await row('create, 16 clients, warming', { ...create, count: 10_000, clients: 16 }, server.pid);
    for (const [at, width] of WIDTHS.entries()) {
      await row(`create, ${width} clients`, { ...create, count: WRITES[at] as number, clients: width }, server.pid);
    }
    await reads('get', { url: `${maps}/kube-root-ca.crt`, headers }, server.pid);
  } finally {
    await server.stop();
  }
}

/** Lets the client's user do what it will. */
async function allow({ connection }: KnarrProcess): Promise<void> {
  const transport = new HttpTransport(connection);
  await new Client(transport).of(ClusterRoleBindings).create({
    metadata: { name: 'loader' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'loader' }],
  });
  await transport.close();
}

/** The empty answer is given by a process of its own, as all other answers are. */
const EMPTY_SERVER = `
  const server = require('node:http2').createSecureServer(JSON.parse(process.argv[1]));
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/json' });
    stream.end('{}');
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

async function emptyAnswers(): Promise<void> {
  const authority = await CertificateAuthority.create('bench-ca', systemClock);
  const { key, certificate } = await authority.issue({ commonName: 'bench', hosts: ['127.0.0.1'] });
  const child = spawn(process.execPath, ['-e', EMPTY_SERVER, JSON.stringify({ key, cert: certificate })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(child.stdout, 'data');
  await reads('empty answer', { url: `https://127.0.0.1:${String(port).trim()}/` }, child.pid as number);
  child.kill();
  await once(child, 'exit');
}

try {
  await etcd();
  await knarr();
  await emptyAnswers();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
