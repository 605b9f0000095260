// What it takes to read a small body over HTTP/2 and TLS and to answer it, by our own HTTP/2 (decision 0019) and by node's, in turns: as
// seen by a client in C (`h2load`, Debian's nghttp2-client) with a connection for each of its clients.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpsListener } from '#apiserver/http/https-listener.ts';
import { systemClock } from '#base/clock.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';
import { h2load } from './h2load.ts';

const COUNT = 20_000;
const ROUNDS = 3;
const LIMIT = 1 << 20;

/** Serves on a free port; resolves with the port and how to stop. */
type Start = () => Promise<{ readonly port: number; readonly stop: () => unknown }>;

const authority = await CertificateAuthority.create('bench-ca', systemClock);
const { key, certificate } = await authority.issue({ commonName: 'bench', hosts: ['127.0.0.1'] });
const tls = { key, cert: certificate };
const answer = Buffer.from(JSON.stringify({ kind: 'ConfigMap', data: { text: 'x'.repeat(600) } }));

const ours: Start = async () => {
  const listener = await HttpsListener.listen({
    host: '127.0.0.1',
    port: 0,
    tls,
    onFault: (error) => console.error(error),
    onExchange: async (exchange) => {
      await exchange.readBody(LIMIT);
      exchange.respond(201, { 'content-type': 'application/json' }, answer);
    },
  });
  return { port: listener.address.port, stop: () => listener.close() };
};

const nodes: Start = async () => {
  const server = createSecureServer(tls);
  server.on('stream', (stream) => {
    // The client resets nothing; a broken connection shows in its figures.
    stream.on('error', () => {});
    stream.on('data', () => {});
    stream.on('end', () => {
      stream.respond({ ':status': 201, 'content-type': 'application/json', 'content-length': answer.length });
      stream.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() };
};

const directory = mkdtempSync(join(tmpdir(), 'knarr-bench-'));
const body = join(directory, 'body');
writeFileSync(body, JSON.stringify({ metadata: { generateName: 'm-' }, data: { text: 'x'.repeat(500) } }));
try {
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, start] of [['ours', ours] as const, ['node', nodes] as const]) {
      const { port, stop } = await start();
      for (const clients of [16, 256]) {
        const load = { url: `https://127.0.0.1:${port}/`, body, count: COUNT, clients };
        const figures = await h2load(load, process.pid, join(directory, 'log'));
        if (figures === undefined) throw new Error('h2load is not installed: apt-get install nghttp2-client');
        const { perSecond, p50, p99, cpu } = figures;
        console.log(
          `${name.padEnd(6)}${String(clients).padStart(4)} clients ${perSecond.toFixed(0).padStart(7)} /s`,
          `p50 ${p50.toFixed(2).padStart(6)} ms   p99 ${p99.toFixed(2).padStart(6)} ms   ${cpu.toFixed(0).padStart(4)} µs of CPU each`,
        );
      }
      await stop();
    }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
