import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CriError } from '../../runtime.ts';
import type { EngineContext } from '../engine-context.ts';
import type { ContainerRecord } from '../records.ts';
import type { OciProcess, OciSpec } from '../spec/oci-types.ts';

/** A prepared command: its own directory with the process document that a runtime's `exec --process` takes. */
export interface ExecDirectory {
  readonly id: string;
  readonly path: string;
  readonly processPath: string;
  readonly pidPath: string;
  remove(): Promise<void>;
}

export interface ExecRequest {
  readonly record: ContainerRecord;
  readonly command: readonly string[];
  readonly tty: boolean;
}

/**
 * Writes the process document: the container's own process (user, environment, capabilities, noNewPrivileges) with
 * another command. Rejects with `FailedPrecondition` when the container does not run.
 */
export async function prepareExec(context: EngineContext, request: ExecRequest): Promise<ExecDirectory> {
  const { record, command, tty } = request;
  if (record.state !== 'RUNNING') {
    throw new CriError(
      'FailedPrecondition',
      `failed to exec in container: container is in CONTAINER_${record.state} state`,
    );
  }
  if (command.length === 0) throw new CriError('InvalidArgument', 'failed to exec in container: no command specified');
  const id = context.newId();
  const path = join(context.paths.execs, id);
  await mkdir(path, { mode: 0o700 });
  const spec = JSON.parse(
    await readFile(join(context.containers.directory(record.id), 'config.json'), 'utf8'),
  ) as OciSpec;
  const processPath = join(path, 'process.json');
  await writeFile(processPath, JSON.stringify(execProcess(spec.process, { command, tty })));
  return {
    id,
    path,
    processPath,
    pidPath: join(path, 'pid'),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** The container's process with another command. Pure. */
export function execProcess(process: OciProcess, change: { command: readonly string[]; tty: boolean }): OciProcess {
  const hasTerm = process.env.some((pair) => pair.startsWith('TERM='));
  return {
    ...process,
    terminal: change.tty,
    args: change.command,
    env: change.tty && !hasTerm ? [...process.env, 'TERM=xterm'] : process.env,
  };
}

/** The error of a command that could not be started, in containerd's words. */
export function execFailure(message: string): CriError {
  return new CriError(
    'Unknown',
    `failed to exec in container: failed to start exec: OCI runtime exec failed: ${message}: unknown`,
  );
}
