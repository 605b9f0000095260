import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '#base/clock.ts';
import { createLogger, formatLogLine, type Logger, type LogLevel } from '#base/logger.ts';
import { surviveBrokenConnections } from '../broken-connections.ts';
import { type RunningCluster, startCluster } from '../cluster.ts';
import { CommandError } from '../command-error.ts';
import { DataDirectory } from '../data-directory.ts';
import { boundHeapGrowth } from '../heap-growth.ts';
import { adminKubeconfig, kubeconfigText, userKubeconfigPath } from '../kubeconfig.ts';
import { addToKubeconfigFile } from '../kubeconfig-files.ts';
import { contextName, dataDirectoryOf } from '../paths.ts';
import { type PodNetworkFlags, readPodNetwork } from '../pod-network-flags.ts';
import { createProgress } from '../progress.ts';
import { readRunFile, removeRunFile, writeRunFile } from '../run-file.ts';
import { readServerConfiguration, type ServerFlags } from '../server-configuration.ts';
import { readSimulation } from '../simulation-flags.ts';
import { keepObjectsYoung } from '../young-objects.ts';
import type { ClusterOptions } from './options.ts';

export interface UpOptions extends ClusterOptions, PodNetworkFlags, ServerFlags {
  readonly apiHost: string;
  readonly apiPort: string;
  readonly datastore: string;
  readonly runtime: string;
  readonly simulatedNodes: string;
  readonly simulationConfig?: string;
  readonly simulatedFrom?: string;
  readonly leaderElect?: boolean;
  readonly nodeName?: string;
  readonly kubeconfig?: string;
  readonly detach?: boolean;
  readonly logLevel: string;
}

const RUNTIMES = ['auto', 'oci', 'none'];
const LEVELS = ['error', 'warn', 'info', 'debug'];

/** `knarr up`: starts a cluster and, unless detached, runs it until it is told to stop. `flags` are all there are, as text. */
export async function up(options: UpOptions, flags: Readonly<Record<string, string>>): Promise<void> {
  const started = performance.now() - process.uptime() * 1000;
  validate(options);
  const root = dataDirectoryOf(options, process.env);
  const data = await DataDirectory.open(root);
  const other = await readRunFile(data);
  if (other)
    throw new CommandError(`start cluster ${options.name}: already running (process ${other.pid}, ${other.server})`);
  if (options.detach) return detach(data);
  keepObjectsYoung();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const logger = createConsoleLogger(options.logLevel as LogLevel);
  const cluster = await startAndTell(options, { data, started, logger, flags });
  surviveBrokenConnections(process, logger);
  void boundHeapGrowth(systemClock, stop.signal);
  await new Promise<void>((resolve) => {
    if (stop.signal.aborted) resolve();
    else stop.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  console.log('Stopping; containers keep running');
  await cluster.stop();
  await removeRunFile(data);
  // Sockets of clients that never read the end of their answer must not keep a stopped cluster alive.
  process.exit(0);
}

interface Surroundings {
  readonly data: DataDirectory;
  /** When the process began. */
  readonly started: number;
  readonly logger: Logger;
  readonly flags: Readonly<Record<string, string>>;
}

async function startAndTell(
  options: UpOptions,
  { data, started, logger, flags }: Surroundings,
): Promise<RunningCluster> {
  const progress = createProgress(
    (line) => console.log(line),
    () => performance.now(),
  );
  const podNetwork = readPodNetwork(options);
  const configuration = { ...(await readServerConfiguration(options, { clock: systemClock, logger })), flags };
  progress.line(`Starting cluster ${options.name} in ${data.root}`);
  const cluster = await startCluster({
    data,
    clock: systemClock,
    logger,
    configuration,
    podNetwork,
    progress,
    apiHost: options.apiHost,
    apiPort: Number(options.apiPort),
    runtime: options.runtime as 'auto' | 'oci' | 'none',
    ...(await readSimulation(options)),
    leaderElect: options.leaderElect ?? false,
    nodeName: (options.nodeName ?? hostname()).toLowerCase(),
  });
  try {
    const kubeconfig = adminKubeconfig(contextName(options.name), cluster.server, {
      ca: cluster.credentials.ca,
      admin: await cluster.credentials.admin,
    });
    const path = data.path('kubeconfig');
    await data.write('kubeconfig', kubeconfigText(kubeconfig));
    await addToKubeconfigFile(data, options.kubeconfig ?? userKubeconfigPath(process.env), kubeconfig);
    await writeRunFile(data, { name: options.name, server: cluster.server, kubeconfig: path });
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    progress.line(`${READY}${seconds} s · API ${cluster.server} · kubeconfig ${path}`);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

function validate(options: UpOptions): void {
  const refuse = (flag: string, value: string, detail: string) =>
    new CommandError(`read ${flag} ${JSON.stringify(value)}: ${detail}`, { exitCode: 2 });
  const port = Number(options.apiPort);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw refuse('--api-port', options.apiPort, 'must be a port number');
  const nodes = Number(options.simulatedNodes);
  if (!Number.isInteger(nodes) || nodes < 0)
    throw refuse('--simulated-nodes', options.simulatedNodes, 'must be a whole number');
  if (options.datastore !== 'lmdb') throw refuse('--datastore', options.datastore, 'must be lmdb');
  if (!RUNTIMES.includes(options.runtime))
    throw refuse('--runtime', options.runtime, `must be one of ${RUNTIMES.join(', ')}`);
  if (!LEVELS.includes(options.logLevel))
    throw refuse('--log-level', options.logLevel, `must be one of ${LEVELS.join(', ')}`);
}

function createConsoleLogger(level: LogLevel): Logger {
  return createLogger((each, message, fields) => console.error(formatLogLine(each, message, fields)), level);
}

/** What the last line begins with that a command says before it runs on. */
const READY = 'Ready in ';

/** Runs the same command in the background and shows what it says until it is ready. */
async function detach(data: DataDirectory): Promise<void> {
  await mkdir(data.path('logs'), { recursive: true });
  const log = await open(data.path('logs', 'knarr.log'), 'w');
  const child = spawn(
    process.execPath,
    process.argv.slice(1).filter((argument) => argument !== '--detach'),
    {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    },
  );
  let exitCode: number | null | undefined;
  child.once('exit', (code) => {
    exitCode = code ?? 1;
  });
  const told = async () => {
    const text = (await data.read('logs/knarr.log')) ?? '';
    process.stdout.write(text.slice(shown));
    shown = text.length;
    return text;
  };
  let shown = 0;
  let isReady = false;
  // The last line is written after the run file; a busy cluster takes its time between the two.
  while (exitCode === undefined && !isReady) {
    await sleep(20);
    isReady = (await told()).includes(READY);
  }
  await told();
  await log.close();
  child.unref();
  if (exitCode !== undefined) process.exitCode = exitCode ?? 1;
}
