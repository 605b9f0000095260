import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../command-error.ts';
import { DataDirectory } from '../data-directory.ts';
import { dataDirectoryOf } from '../paths.ts';
import { isAlive, type RunFile, readRunFile } from '../run-file.ts';
import type { ClusterOptions } from './options.ts';

const PATIENCE_MS = 30_000;

/** `knarr down`: asks the cluster's process to stop and waits until it has. */
export async function down(options: ClusterOptions): Promise<void> {
  const root = dataDirectoryOf(options, process.env);
  const run = await readRunFile(await DataDirectory.open(root));
  if (run === undefined) {
    console.log(`Cluster ${options.name} is not running`);
    return;
  }
  await stopProcess(run);
  console.log(`Cluster ${options.name} is stopped; its data stay in ${root}`);
}

/** Sends SIGTERM and waits; past its patience it gives up with an error instead of killing. */
export async function stopProcess(run: RunFile): Promise<void> {
  process.kill(run.pid, 'SIGTERM');
  const deadline = performance.now() + PATIENCE_MS;
  while (isAlive(run)) {
    if (performance.now() > deadline) {
      throw new CommandError(`stop cluster: process ${run.pid} still runs after ${PATIENCE_MS / 1000} s`);
    }
    await sleep(20);
  }
}
