// A pod from its creation to Running, image present: through the whole of Knarr, beside what the OCI runtime alone takes for
// the same bundle of work (sandbox, container create and start). In a network namespace of its own; needs root.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { createOciRuntime } from '#cri/oci/oci-runtime.ts';
import type { PodNetwork } from '#cri/runtime.ts';
import { writeDockerArchive } from '#cri/testing/busybox-image.ts';

const PODS = 10;
const namespace = `knarr-bench-${process.pid}`;
const directory = mkdtempSync(join(tmpdir(), 'knarr-bench-'));
const data = join(directory, 'data');
const image = join(directory, 'image.tar');
const inside = (...command: string[]): [string, string[]] => ['nsenter', [`--net=/run/netns/${namespace}`, ...command]];
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** The engine by itself, without a pod network: sandbox, container, start. */
async function engineAlone(): Promise<number[]> {
  const network: PodNetwork = {
    start: async () => {},
    attach: async () => ({ ips: [] }),
    detach: async () => {},
    status: async () => ({ ready: true, reason: '', message: '' }),
    close: async () => {},
  };
  const engine = createOciRuntime({
    rootDirectory: join(directory, 'engine'),
    stateDirectory: join('/run', `knarr-bench-${process.pid}`),
    network,
    clock: systemClock,
    logger: silentLogger,
  });
  await engine.start();
  await engine.images.importImage(image);
  const times: number[] = [];
  for (let index = 0; index < PODS; index++) {
    const sandbox = {
      metadata: { name: `p${index}`, uid: `u${index}`, namespace: 'default', attempt: 0 },
      hostname: 'p',
      logDirectory: join(directory, 'logs', `p${index}`),
      labels: {},
      annotations: {},
      namespaces: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
      cgroupParent: `/knarr-bench-${process.pid}/p${index}`,
    } as const;
    const began = performance.now();
    const id = await engine.runtime.runPodSandbox(sandbox);
    const container = await engine.runtime.createContainer(
      id,
      {
        metadata: { name: 'c', attempt: 0 },
        image: 'bench:1',
        envs: [],
        mounts: [],
        labels: {},
        annotations: {},
        logPath: 'c.log',
        stdin: false,
        stdinOnce: false,
        tty: false,
      },
      sandbox,
    );
    await engine.runtime.startContainer(container);
    times.push(performance.now() - began);
  }
  await engine.destroy();
  return times;
}

execFileSync('ip', ['netns', 'add', namespace]);
try {
  execFileSync(...inside('ip', 'link', 'set', 'lo', 'up'));
  await writeDockerArchive(image, { references: ['bench:1'], cmd: ['sleep', '1000'] });
  const [program, args] = inside(
    process.execPath,
    'dist/knarr.js',
    'up',
    '--data-dir',
    data,
    '--api-host',
    '127.0.0.1',
    '--api-port',
    '0',
    '--kubeconfig',
    join(directory, 'user'),
  );
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes('Ready in')) break;
  }
  child.stdout.resume();
  execFileSync(...inside(process.execPath, 'dist/knarr.js', 'image', 'import', image, '--data-dir', data));
  // The API server listens in the namespace: the measuring part runs there too.
  const server = /https:\/\/\S+/.exec(text)?.[0] as string;
  execFileSync(...inside(process.execPath, 'bench/run.mjs', 'cluster/pod-client', server, data), { stdio: 'inherit' });
  child.kill('SIGTERM');
  await once(child, 'exit');
  execFileSync(
    ...inside(process.execPath, 'dist/knarr.js', 'delete', '--data-dir', data, '--kubeconfig', join(directory, 'user')),
  );
  const alone = median(await engineAlone());
  console.log(
    `container engine alone            ${alone.toFixed(0).padStart(5)} ms (sandbox, create, start; median of ${PODS})`,
  );
} finally {
  execFileSync('ip', ['netns', 'delete', namespace]);
  rmSync(directory, { recursive: true, force: true });
}
