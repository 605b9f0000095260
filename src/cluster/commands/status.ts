import { request } from 'node:https';
import { CommandError } from '../command-error.ts';
import { DataDirectory } from '../data-directory.ts';
import { dataDirectoryOf } from '../paths.ts';
import { type RunFile, readRunFile } from '../run-file.ts';
import type { ClusterOptions } from './options.ts';

/** `knarr status`: exit code 0 for a ready cluster, 3 for one that does not run, 1 for one that is not ready. */
export async function status(options: ClusterOptions): Promise<void> {
  const root = dataDirectoryOf(options, process.env);
  const data = await DataDirectory.open(root);
  const run = await readRunFile(data);
  if (run === undefined) throw new CommandError(`cluster ${options.name} is not running`, { exitCode: 3 });
  const ready = await isReady(run, (await data.read('pki/ca.crt')) ?? '');
  const rows = [
    ['Cluster', run.name],
    ['State', ready ? 'Ready' : 'NotReady'],
    ['Process', String(run.pid)],
    ['API server', run.server],
    ['Kubeconfig', run.kubeconfig],
    ['Data', root],
  ];
  for (const [name, value] of rows) console.log(`${`${name}:`.padEnd(12)} ${value}`);
  if (!ready) process.exitCode = 1;
}

/** Whether `/readyz` answers with 200. */
export function isReady(run: Pick<RunFile, 'server'>, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(`${run.server}/readyz`, { ca, timeout: 5000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    call.once('error', () => resolve(false));
    call.once('timeout', () => call.destroy());
    call.end();
  });
}
