import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { CriError } from '../../runtime.ts';
import { isErrno, readTextFile } from '../system/atomic-file.ts';
import { COMMAND_ENVIRONMENT } from '../system/run-command.ts';

/** What conmon watches over: a container, or one exec in it. */
export interface ConmonRequest {
  readonly program: string;
  /** Called by conmon with `create …` or `exec …`. */
  readonly runtimeProgram: string;
  readonly containerId: string;
  readonly bundle: string;
  readonly logPath: string;
  readonly exitDirectory: string;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly keepStdinOpen: boolean;
  /** Path of a process document: run it in the container instead of creating the container. */
  readonly execProcess?: string;
}

export interface ConmonHandle {
  readonly pid: number;
  /** The exit code; only for an exec. */
  readonly exited: Promise<number>;
}

/**
 * Starts conmon, which leaves this process's session and outlives it. Resolves when the runtime has started the process;
 * rejects with what the runtime said. For an exec, `beforeStart` runs when the attach socket listens, before the command.
 */
export async function startConmon(request: ConmonRequest, beforeStart?: () => Promise<void>): Promise<ConmonHandle> {
  const isExec = request.execProcess !== undefined;
  const child = spawn(request.program, conmonArgs(request), {
    cwd: request.bundle,
    detached: true,
    env: {
      ...COMMAND_ENVIRONMENT,
      _OCI_SYNCPIPE: '3',
      ...(isExec && { _OCI_STARTPIPE: '4', _OCI_ATTACHPIPE: '5' }),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', ...(isExec ? (['pipe', 'pipe'] as const) : [])],
  });
  const complaint = collect(child.stderr!);
  const failed = new Promise<never>((_, reject) => child.on('error', reject));
  const sync = jsonLines(child.stdio[3] as Readable);
  const next = (lines: AsyncIterator<SyncMessage>) => Promise.race([lines.next(), failed]);
  try {
    if (isExec) await letStart(child.stdio as unknown as (Readable & NodeJS.WritableStream)[], { beforeStart, failed });
    const first = await next(sync);
    if (first.done) throw new CriError('Unknown', `conmon ended early: ${(await complaint()).trim()}`);
    if (first.value.data < 0) throw new CriError('Unknown', runtimeMessage(first.value.message ?? ''));
    const exited = isExec ? readExitCode(sync) : Promise.resolve(0);
    if (!isExec) (child.stdio[3] as Readable).destroy();
    return { pid: first.value.data, exited };
  } catch (error) {
    (child.stdio[3] as Readable).destroy();
    throw error instanceof CriError
      ? error
      : new CriError('Unknown', `failed to run conmon: ${(error as Error).message}`);
  } finally {
    child.stderr!.destroy();
    child.unref();
  }
}

interface SyncMessage {
  readonly data: number;
  readonly message?: string;
}

/** conmon reads one byte before it prepares and, for an exec with attach, one more before it runs the command. */
async function letStart(
  stdio: (Readable & NodeJS.WritableStream)[],
  { beforeStart, failed }: { beforeStart: (() => Promise<void>) | undefined; failed: Promise<never> },
): Promise<void> {
  const start = stdio[4]!;
  const attach = jsonLines(stdio[5]!);
  start.on('error', () => {});
  start.write('\0');
  await Promise.race([attach.next(), failed]);
  await beforeStart?.();
  start.end('\0');
  stdio[5]!.destroy();
}

async function readExitCode(sync: AsyncIterator<SyncMessage>): Promise<number> {
  const message = await sync.next();
  return message.done ? 255 : message.value.data;
}

export function conmonArgs(request: ConmonRequest): string[] {
  const flag = (condition: boolean, ...flags: string[]) => (condition ? flags : []);
  return [
    ...['--api-version', '-c', request.containerId, '-u', request.containerId, '-r', request.runtimeProgram],
    ...['-b', request.bundle, '-p', join(request.bundle, 'pid'), '-P', join(request.bundle, 'conmon.pid')],
    ...['-l', `k8s-file:${request.logPath}`, '--exit-dir', request.exitDirectory],
    ...['--full-attach', '--no-sync-log', '--log-level', 'error'],
    ...flag(request.tty, '-t'),
    ...flag(request.stdin, '-i'),
    ...flag(request.keepStdinOpen, '--leave-stdin-open'),
    ...(request.execProcess === undefined ? [] : ['-e', '--exec-attach', '--exec-process-spec', request.execProcess]),
  ];
}

/** crun writes `… error: message`, runc logs `level=error msg="…"`; only the message matters to a person. */
export function runtimeMessage(text: string): string {
  const lines = text.trim().split('\n');
  const last = lines.findLast((line) => line.trim() !== '') ?? '';
  const logged = /msg="((?:[^"\\]|\\.)*)"/.exec(last)?.[1]?.replace(/\\(.)/g, '$1');
  return (
    (logged ?? last).replace(/^\S+Z?: (?=\S)/, (prefix) => (/^\d{4}-/.test(prefix) ? '' : prefix)) || 'unknown error'
  );
}

async function* jsonLines(stream: Readable): AsyncGenerator<SyncMessage, void, undefined> {
  let rest = '';
  for await (const chunk of stream) {
    rest += String(chunk);
    const lines = rest.split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line) as SyncMessage;
  }
}

function collect(stream: Readable): () => Promise<string> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', () => {});
  const ended = new Promise<void>((resolve) => stream.once('close', resolve));
  return async () => {
    await ended;
    return Buffer.concat(chunks).toString();
  };
}

/** Whether the conmon of a container still watches over it. */
export async function conmonIsAlive(bundle: string, containerId: string): Promise<boolean> {
  const pid = await readTextFile(join(bundle, 'conmon.pid'));
  const command = pid ? await readTextFile(`/proc/${pid.trim()}/cmdline`).catch(() => undefined) : undefined;
  return command?.includes(containerId) ?? false;
}

/** Tells conmon the size of the terminal's window. */
export function resizeTerminal(bundle: string, size: { width: number; height: number }): Promise<void> {
  return control(bundle, `1 ${size.height} ${size.width}\n`);
}

/** Tells conmon to open its log file anew. */
export function reopenLog(bundle: string): Promise<void> {
  return control(bundle, '2 0 0\n');
}

async function control(bundle: string, message: string): Promise<void> {
  try {
    const handle = await open(join(bundle, 'ctl'), 'r+');
    await handle.write(message).finally(() => handle.close());
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENXIO')) throw error;
    throw new CriError('FailedPrecondition', 'container is not running');
  }
}
