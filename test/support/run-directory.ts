import { mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeRun } from './remove-run.ts';

const NAME = /^knarr-test-(\d+)$/;

/**
 * Gives the run one directory for all temporary files of its tests and of every program they start, named after this
 * process. When the run ends, however that is, it goes with all that tests which were cut short have left on the machine;
 * only a run that was killed cannot see to that, and the next one does.
 */
export default function setup(): void {
  const parent = tmpdir();
  for (const name of readdirSync(parent)) {
    const owner = Number(NAME.exec(name)?.[1]);
    if (owner === process.pid || (owner && !isAlive(owner))) remove(join(parent, name));
  }
  const directory = join(parent, `knarr-test-${process.pid}`);
  mkdirSync(directory);
  process.env['TMPDIR'] = directory;
  process.on('exit', () => remove(directory));
  // A second signal must not end what the first one began.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, (_, number) => process.exit(128 + number));
}

/** What is left behind is told, but no reason for tests to fail. */
function remove(directory: string): void {
  try {
    removeRun(directory);
  } catch (error) {
    console.warn(`What a test run left behind could not be removed: ${(error as Error).message}`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
