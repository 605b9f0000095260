// Requests over HTTPS against `knarr up --runtime none` in a process of its own: durable store, RBAC, admission and fair
// queues on. Beside them, in the same run, durable puts into etcd by itself, and what node's own HTTPS server does with an
// empty answer: the limit of the transport. The client sends bytes and counts bytes, so that the server is what is measured.
import { mkdtempSync, rmSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '#base/clock.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';
import { samplePod } from '../machinery/sample-pod.ts';
import { startEtcd } from '../storage/etcd-peer.ts';
import { type KnarrProcess, startKnarr } from './knarr-process.ts';
import { RawClient } from './raw-client.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';
const WIDTHS = [1, 16, 256];
const CREATES = [600, 6_000, 20_000];
/** Before anything is measured: a server that just started compiles while it answers. */
const WARMING = 10_000;
const PODS_COUNT = 10_000;
const WATCHERS = 1_000;
const WATCH_EVENTS = 200;

interface Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Runs `work` for each number below `count`, `width` at a time, or spread evenly at `rate` a second. */
async function measure(
  count: number,
  width: number,
  work: (index: number) => Promise<unknown>,
  rate?: number,
): Promise<Figures> {
  const times: number[] = [];
  let next = 0;
  const started = performance.now();
  const worker = async () => {
    for (let index = next++; index < count; index = next++) {
      if (rate) {
        const wait = started + (index * 1000) / rate - performance.now();
        if (wait > 1) await sleep(wait);
      }
      const at = performance.now();
      await work(index);
      times.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  const perSecond = (count / (performance.now() - started)) * 1000;
  times.sort((a, b) => a - b);
  return {
    perSecond,
    p50: times[Math.floor(times.length * 0.5)] ?? 0,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
  };
}

function row(name: string, { perSecond, p50, p99 }: Figures, more = ''): void {
  const figures = [
    `${perSecond.toFixed(0).padStart(7)} /s`,
    `p50 ${p50.toFixed(2).padStart(7)} ms`,
    `p99 ${p99.toFixed(2).padStart(7)} ms`,
  ];
  console.log(`${name.padEnd(40)} ${figures.join('   ')}   ${more}`);
}

/** A row with the processor time that the server spent on each request. */
async function serverRow(
  knarr: KnarrProcess,
  name: string,
  count: number,
  run: () => Promise<Figures>,
): Promise<Figures> {
  const before = knarr.cpu();
  const figures = await run();
  row(name, figures, `${(((knarr.cpu() - before) / count) * 1e6).toFixed(0).padStart(6)} µs of CPU each`);
  return figures;
}

const map = (name: string) => Buffer.from(JSON.stringify({ metadata: { name }, data: { text: 'x'.repeat(500) } }));

async function creates(
  knarr: KnarrProcess,
  client: RawClient,
  etcd: Awaited<ReturnType<typeof startEtcd>>,
): Promise<void> {
  const value = map('etcd');
  await serverRow(knarr, 'create, 16 clients, warming', WARMING, () =>
    measure(WARMING, 16, (index) => client.request('POST', MAPS, map(`warming-${index}`))),
  );
  for (const [at, width] of WIDTHS.entries()) {
    const count = CREATES[at] as number;
    const create = (index: number) => client.request('POST', MAPS, map(`w${width}-${index}`));
    const ours = await serverRow(knarr, `create, ${width} clients`, count, () => measure(count, width, create));
    if (etcd === undefined) continue;
    const bare = await measure(count, width, (index) => etcd.put(`/w${width}/${index}`, value));
    row(
      `  etcd ${etcd.version} put, ${width} clients`,
      bare,
      `ours / etcd: ${(ours.perSecond / bare.perSecond).toFixed(2)}`,
    );
  }
}

async function gets(knarr: KnarrProcess, client: RawClient): Promise<void> {
  const get = (index: number) => client.request('GET', `${MAPS}/w256-${index % 20_000}`);
  await serverRow(knarr, 'get, 1 client', 5_000, () => measure(5_000, 1, get));
  const full = await serverRow(knarr, 'get, 16 clients', 20_000, () => measure(20_000, 16, get));
  const half = Math.round(full.perSecond / 2);
  await serverRow(knarr, `get at half load (${half} /s)`, half * 4, () => measure(half * 4, 64, get, half));
}

async function lists(knarr: KnarrProcess, client: RawClient): Promise<void> {
  const before = knarr.memory();
  const sample = samplePod() as { metadata: object; spec: object };
  const pod = (index: number) =>
    Buffer.from(
      JSON.stringify({
        ...sample,
        metadata: { ...sample.metadata, name: `p${index}`, namespace: 'default' },
        spec: { ...sample.spec, serviceAccountName: 'default' },
      }),
    );
  await serverRow(knarr, 'create pod, 64 clients', PODS_COUNT, () =>
    measure(PODS_COUNT, 64, (index) => client.request('POST', PODS, pod(index))),
  );
  await sleep(2_000);
  console.log(
    `memory for ${PODS_COUNT} pods: ${(knarr.memory() - before).toFixed(0)} MB (${knarr.memory().toFixed(0)} MB in all)`,
  );
  const bytes = await client.request('GET', PODS);
  await serverRow(knarr, `list of ${PODS_COUNT} pods, ${(bytes / 1e6).toFixed(1)} MB`, 10, () =>
    measure(10, 1, () => client.request('GET', PODS)),
  );
  await serverRow(knarr, 'list of 500 pods, paged', 200, () =>
    measure(200, 4, () => client.request('GET', `${PODS}?limit=500`)),
  );
}

/** Every watcher but one reads; the one that does not must harm nobody. */
async function watches(knarr: KnarrProcess, client: RawClient): Promise<void> {
  const watchers = new RawClient(knarr.connection, 16);
  const idle = knarr.memory();
  let frames = 0;
  let settle = () => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const wanted = (WATCHERS - 1) * WATCH_EVENTS;
  const list = `${MAPS}?watch=1&resourceVersion=`;
  const { metadata } = JSON.parse(await text(knarr, `${MAPS}?limit=1`)) as { metadata: { resourceVersion: string } };
  for (let index = 0; index < WATCHERS; index++) {
    const count = (chunk: Buffer) => {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) frames++;
      if (frames >= wanted) settle();
    };
    watchers.watch(list + metadata.resourceVersion, count, index === 0);
  }
  await sleep(2_000);
  console.log(`memory for ${WATCHERS} watchers: ${(knarr.memory() - idle).toFixed(0)} MB`);
  const before = knarr.cpu();
  const started = performance.now();
  const writes = await measure(WATCH_EVENTS, 16, (index) => client.request('POST', MAPS, map(`watched-${index}`)));
  await settled;
  const seconds = (performance.now() - started) / 1000;
  row(`create while ${WATCHERS} watch, 16 clients`, writes);
  const perSecond = wanted / seconds;
  console.log(
    `${`deliveries to ${WATCHERS} watchers, one asleep`.padEnd(40)} ${perSecond.toFixed(0).padStart(7)} /s   ${(((knarr.cpu() - before) / wanted) * 1e6).toFixed(1)} µs of CPU each`,
  );
  watchers.close();
}

/** The body of one answer. */
async function text(knarr: KnarrProcess, path: string): Promise<string> {
  const client = new RawClient(knarr.connection, 1);
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve) => {
    client.watch(path, (chunk) => chunks.push(chunk));
    setTimeout(resolve, 500);
  });
  client.close();
  return Buffer.concat(chunks).toString();
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
  const client = new RawClient({ server: `https://127.0.0.1:${port}`, tls: { ca: authority.pair.certificate } }, 4);
  row('empty answer, same process, 16 clients', await measure(20_000, 16, () => client.request('GET', '/')));
  client.close();
  server.close();
}

const directory = mkdtempSync(join(tmpdir(), 'knarr-bench-'));
const etcd = await startEtcd(join(directory, 'etcd'));
if (etcd === undefined) console.log('etcd is not installed: nothing to compare durable writes with');
const knarr = await startKnarr(join(directory, 'knarr'));
const client = new RawClient(knarr.connection, 4);
try {
  await creates(knarr, client, etcd);
  await gets(knarr, client);
  await lists(knarr, client);
  await watches(knarr, client);
  await transportLimit();
} finally {
  client.close();
  await knarr.stop();
  await etcd?.stop();
  rmSync(directory, { recursive: true, force: true });
}
