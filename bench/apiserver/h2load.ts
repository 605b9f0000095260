import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { processorSeconds } from './knarr-process.ts';

/** A load of requests that are all the same. */
export interface Load {
  readonly url: string;
  readonly headers?: readonly string[];
  /** A file with the body of each request; absent for GET. */
  readonly body?: string;
  readonly count: number;
  /** Each has a connection of its own and one request at a time. */
  readonly clients: number;
  /** Of all clients; absent for as many as they can. */
  readonly perSecond?: number;
}

export interface LoadFigures {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the server's processor time. */
  readonly cpu: number;
}

/** Runs nghttp2's load generator, a client in C, against a server. Rejects when a request fails; undefined when it is not installed. */
export async function h2load(load: Load, serverPid: number, log: string): Promise<LoadFigures | undefined> {
  const { url, headers = [], body, count, clients, perSecond } = load;
  rmSync(log, { force: true });
  const before = processorSeconds(serverPid);
  const child = spawn(
    'h2load',
    [
      ...[
        '--requests',
        String(count),
        '--clients',
        String(clients),
        '--max-concurrent-streams',
        '1',
        '--log-file',
        log,
      ],
      ...(perSecond === undefined ? [] : ['--rps', String(Math.max(1, Math.round(perSecond / clients)))]),
      ...(body === undefined ? [] : ['--data', body]),
      ...headers.flatMap((header) => ['--header', header]),
      url,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const missing = once(child, 'error').then(() => 'missing' as const);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  if ((await Promise.race([once(child, 'close'), missing])) === 'missing') return undefined;
  const cpu = ((processorSeconds(serverPid) - before) / count) * 1e6;
  // When it began, status, microseconds.
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const answers = lines.map((line) => line.split('\t').map(Number) as [number, number, number]);
  const failed = answers.find(([, status]) => !(status >= 200 && status < 300));
  if (failed || answers.length < count)
    throw new Error(`load ${url}: ${answers.length} answers, status ${failed?.[1]}`);
  const times = answers.map(([, , microseconds]) => microseconds / 1000).sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] as number;
  return { perSecond: Number(/([\d.]+) req\/s/.exec(text)?.[1]), p50: at(0.5), p99: at(0.99), cpu };
}
