// Requests over HTTPS against `knarr up --runtime none` in a process of its own, durable store, RBAC and admission on.
// Beside them, in the same run, what node's own HTTPS server does with an empty answer: the limit of the transport.
import { spawn } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { systemClock } from '#base/clock.ts';
import { Client } from '#client/client.ts';
import type { Connection } from '#client/connection.ts';
import { HttpTransport } from '#client/http-transport.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';

const NAMESPACE = 'default';
const OBJECTS = 5000;
const WATCHERS = 200;
const WATCH_EVENTS = 200;

/** Runs `work` for each number below `count`, `width` at a time; answers how many a second and the 99th percentile. */
async function measure(count: number, width: number, work: (index: number) => Promise<unknown>) {
  const times: number[] = [];
  let next = 0;
  const started = performance.now();
  const worker = async () => {
    for (let index = next++; index < count; index = next++) {
      const at = performance.now();
      await work(index);
      times.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  const seconds = (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  return { perSecond: Math.round(count / seconds), p99: times[Math.floor(times.length * 0.99)] ?? 0 };
}

const row = (name: string, { perSecond, p99 }: { perSecond: number; p99: number }) =>
  console.log(`${name.padEnd(36)} ${String(perSecond).padStart(8)} /s   p99 ${p99.toFixed(2)} ms`);

async function startKnarr(directory: string): Promise<{ connection: Connection; stop: () => Promise<void> }> {
  const args = [
    'dist/knarr.js',
    'up',
    '--runtime',
    'none',
    '--api-port',
    '0',
    '--data-dir',
    directory,
    '--kubeconfig',
    join(directory, 'user'),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes('Ready in')) break;
  }
  child.stdout.resume();
  const pem = (name: string) => readFileSync(join(directory, 'pki', name), 'utf8');
  const server = /https:\/\/\S+/.exec(text)?.[0] as string;
  return {
    connection: { server, tls: { ca: pem('ca.crt'), cert: pem('admin.crt'), key: pem('admin.key') } },
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function transportLimit(): Promise<void> {
  const authority = await CertificateAuthority.create('bench-ca', systemClock);
  const pair = await authority.issue({ commonName: 'bench', hosts: ['127.0.0.1'] });
  const server = createSecureServer({ key: pair.key, cert: pair.certificate });
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/json' });
    stream.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const transport = new HttpTransport({ server: `https://127.0.0.1:${port}`, tls: { ca: authority.pair.certificate } });
  const maps = new Client(transport).of(ConfigMaps);
  row(
    'empty answer, same process, 16 clients',
    await measure(10_000, 16, () => maps.get('x', { namespace: NAMESPACE })),
  );
  await transport.close();
  server.close();
}

const directory = mkdtempSync(join(tmpdir(), 'knarr-bench-'));
const knarr = await startKnarr(directory);
try {
  const transports = Array.from({ length: 4 }, () => new HttpTransport(knarr.connection));
  const clients = transports.map((transport) => new Client(transport).of(ConfigMaps));
  const maps = (index: number) => clients[index % clients.length] as (typeof clients)[number];
  const object = (name: string): ConfigMap => ({
    metadata: { name, namespace: NAMESPACE },
    data: { text: 'x'.repeat(500) },
  });

  for (const [width, count] of [
    [1, 500],
    [16, 3000],
    [256, OBJECTS],
  ] as const) {
    row(
      `create, ${width} clients`,
      await measure(count, width, (index) => maps(index).create(object(`w${width}-${index}`))),
    );
  }
  for (const width of [1, 16]) {
    row(
      `get, ${width} clients`,
      await measure(5000, width, (index) => maps(index).get(`w256-${index % OBJECTS}`, { namespace: NAMESPACE })),
    );
  }
  const list = await measure(10, 1, () => maps(0).list({ namespace: NAMESPACE }));
  row(`list of ${OBJECTS + 3500} objects`, list);

  const stop = new AbortController();
  setMaxListeners(WATCHERS + 10, stop.signal);
  const { metadata: listed } = await maps(0).list({ namespace: NAMESPACE, limit: 1 });
  const resourceVersion = listed.resourceVersion as string;
  let delivered = 0;
  const done = new Promise<void>((resolve) => {
    for (let index = 0; index < WATCHERS; index++) {
      void maps(index).watch(
        { namespace: NAMESPACE, resourceVersion },
        (events) => {
          delivered += events.filter(({ object: { metadata } }) => metadata?.name?.startsWith('watched')).length;
          if (delivered >= WATCHERS * WATCH_EVENTS) resolve();
        },
        stop.signal,
      );
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const started = performance.now();
  await measure(WATCH_EVENTS, 64, (index) => maps(index).create(object(`watched-${index}`)));
  await done;
  const seconds = (performance.now() - started) / 1000;
  row(`watch, ${WATCHERS} watchers`, { perSecond: Math.round(delivered / seconds), p99: 0 });
  stop.abort();
  await Promise.all(transports.map((transport) => transport.close()));
  await transportLimit();
} finally {
  await knarr.stop();
  rmSync(directory, { recursive: true, force: true });
}
