import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { DataDirectory } from './data-directory.ts';

/** What a running cluster tells others of itself. */
export interface RunFile {
  readonly pid: number;
  /** The process's start in clock ticks since boot, so that a process id used again is not mistaken for it. */
  readonly started: string;
  readonly name: string;
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly kubeconfig: string;
}

const FILE = 'run.json';

export async function writeRunFile(data: DataDirectory, run: Omit<RunFile, 'pid' | 'started'>): Promise<void> {
  const own: RunFile = { pid: process.pid, started: processStart(process.pid) ?? '', ...run };
  await data.write(FILE, `${JSON.stringify(own, undefined, 2)}\n`);
}

export const removeRunFile = (data: DataDirectory): Promise<void> => rm(data.path(FILE), { force: true });

/** The running cluster of a data directory; undefined when it does not run. */
export async function readRunFile(data: DataDirectory): Promise<RunFile | undefined> {
  const text = await data.read(FILE);
  if (text === undefined) return undefined;
  const run = JSON.parse(text) as RunFile;
  return isAlive(run) ? run : undefined;
}

/** Whether the process that wrote the file still runs. */
export const isAlive = ({ pid, started }: Pick<RunFile, 'pid' | 'started'>): boolean => processStart(pid) === started;

/** The start time of a living process; undefined when there is none. Zombies do not live. */
function processStart(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
