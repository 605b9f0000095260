import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '#client/connection.ts';

/** A Knarr in a process of its own. */
export interface KnarrProcess {
  readonly pid: number;
  readonly connection: Connection;
  /** Seconds of processor time so far. */
  cpu(): number;
  /** Megabytes resident now. */
  memory(): number;
  stop(): Promise<void>;
}

/** Starts the built package with a durable store in `directory` and no node; `more` are further options. */
export async function startKnarr(directory: string, more: readonly string[] = []): Promise<KnarrProcess> {
  const options = [
    '--runtime',
    'none',
    '--api-port',
    '0',
    '--data-dir',
    directory,
    '--kubeconfig',
    join(directory, 'user'),
    ...more,
  ];
  const child = spawn(process.execPath, ['dist/knarr.js', 'up', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes('Ready in')) break;
  }
  child.stdout.resume();
  const pem = (name: string) => readFileSync(join(directory, 'pki', name), 'utf8');
  const server = /https:\/\/\S+/.exec(text)?.[0] as string;
  const status = () => readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return {
    pid: child.pid as number,
    connection: { server, tls: { ca: pem('ca.crt'), cert: pem('admin.crt'), key: pem('admin.key') } },
    cpu: () => processorSeconds(child.pid as number),
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(status())?.[1]) / 1024,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Seconds of processor time that a process has taken so far. */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
