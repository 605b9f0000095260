// `knarr up` to a Ready node: first start, then starts on the same data directory, and memory then. In a network namespace
// of its own; needs root and what containers need. Beside it: node starting and doing nothing.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STARTS = 5;
const namespace = `knarr-bench-${process.pid}`;
const directory = mkdtempSync(join(tmpdir(), 'knarr-bench-'));
const data = join(directory, 'data');

const inside = (...command: string[]): [string, string[]] => ['nsenter', [`--net=/run/netns/${namespace}`, ...command]];

/** Milliseconds until the command says that it is ready, and its resident memory a second later. */
async function start(): Promise<{ ms: number; megabytes: number }> {
  const [program, args] = inside(
    process.execPath,
    'dist/knarr.js',
    'up',
    '--data-dir',
    data,
    '--api-port',
    '0',
    '--kubeconfig',
    join(directory, 'user'),
  );
  const began = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes('Ready in')) break;
  }
  const ms = performance.now() - began;
  child.stdout.resume();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { pid } = JSON.parse(readFileSync(join(data, 'run.json'), 'utf8'));
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  child.kill('SIGTERM');
  await once(child, 'exit');
  return { ms, megabytes: Number(resident) / 1024 };
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

execFileSync('ip', ['netns', 'add', namespace]);
try {
  execFileSync(...inside('ip', 'link', 'set', 'lo', 'up'));
  const first = await start();
  const later = [];
  for (let index = 0; index < STARTS; index++) later.push(await start());
  const nothing = [];
  for (let index = 0; index < STARTS; index++) {
    const began = performance.now();
    execFileSync(process.execPath, ['-e', '']);
    nothing.push(performance.now() - began);
  }
  console.log(`first start           ${first.ms.toFixed(0).padStart(6)} ms  ${first.megabytes.toFixed(0)} MB`);
  console.log(
    `later start, median   ${median(later.map(({ ms }) => ms))
      .toFixed(0)
      .padStart(6)} ms  ${median(later.map(({ megabytes }) => megabytes)).toFixed(0)} MB`,
  );
  console.log(`node doing nothing    ${median(nothing).toFixed(0).padStart(6)} ms`);
  execFileSync(
    ...inside(process.execPath, 'dist/knarr.js', 'delete', '--data-dir', data, '--kubeconfig', join(directory, 'user')),
  );
} finally {
  execFileSync('ip', ['netns', 'delete', namespace]);
  rmSync(directory, { recursive: true, force: true });
}
