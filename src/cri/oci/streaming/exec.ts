import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import { CriError, type ExecSyncResult, type StreamOptions } from '../../runtime.ts';
import { resizeTerminal, runtimeMessage, startConmon } from '../container/conmon.ts';
import { type EngineContext, requireContainer } from '../engine-context.ts';
import type { ContainerRecord } from '../records.ts';
import { readTextFile } from '../system/atomic-file.ts';
import type { PipePool } from '../system/pipe-pool.ts';
import { COMMAND_ENVIRONMENT } from '../system/run-command.ts';
import { connectStreams, drained } from './connect-streams.ts';
import { type ExecDirectory, execFailure, prepareExec } from './exec-process.ts';
import { type Relay, startRelay } from './relay.ts';

/** How long output may stay silent after a command's end while something it left behind holds the pipe. */
const DRAIN_MILLISECONDS = 500;

/** How often and how long after each other a starting command's process number is looked for. */
const PID_ATTEMPTS = 200;
const PID_MILLISECONDS = 5;

/** Runs a command with attached streams; resolves with its exit code. Aborting kills the command. */
export async function exec(
  context: EngineContext,
  request: { containerId: string; command: readonly string[]; streams: StreamOptions },
): Promise<number> {
  const record = requireContainer(context, request.containerId);
  const { command, streams } = request;
  const directory = await prepareExec(context, { record, command, tty: streams.tty });
  try {
    streams.signal?.throwIfAborted();
    const code = streams.tty
      ? await execTerminal(context, record, { directory, streams })
      : await execPipes(context, record, { directory, streams });
    await Promise.all([drained(streams.stdout), drained(streams.stderr)]);
    return code;
  } finally {
    await directory.remove();
  }
}

/** Runs a command to its end and collects its output. */
export async function execSync(
  context: EngineContext,
  request: { containerId: string; command: readonly string[]; timeoutSeconds: number },
): Promise<ExecSyncResult> {
  const stdout = collect();
  const stderr = collect();
  const abort = new AbortController();
  const { timeoutSeconds } = request;
  const timer = timeoutSeconds > 0 ? context.clock.setTimer(timeoutSeconds * 1000, () => abort.abort()) : undefined;
  const streams = { stdout: stdout.stream, stderr: stderr.stream, tty: false, signal: abort.signal };
  try {
    const exitCode = await exec(context, { ...request, streams });
    abort.signal.throwIfAborted();
    return { stdout: stdout.content(), stderr: stderr.content(), exitCode };
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    const limit = `${timeoutSeconds}s`;
    throw new CriError(
      'DeadlineExceeded',
      `failed to exec in container: timeout ${limit} exceeded: context deadline exceeded`,
    );
  } finally {
    timer?.cancel();
  }
}

interface ExecRun {
  readonly directory: ExecDirectory;
  readonly streams: StreamOptions;
}

async function execPipes(context: EngineContext, record: ContainerRecord, run: ExecRun): Promise<number> {
  const { runtime } = context;
  const { processPath, pidPath } = run.directory;
  const args = [...runtime.globalArgs, 'exec', '--process', processPath, '--pid-file', pidPath, record.id];
  const { child, ...own } = await spawnWithPipes(context.pipes, {
    args: [runtime.program, ...args],
    stdin: !!run.streams.stdin,
  });
  const errors: Buffer[] = [];
  own.stderr.on('data', (chunk: Buffer) => errors.length < 16 && errors.push(chunk));
  const release = connectStreams(own, run.streams);
  const kill = () => void killExec(pidPath, child, context);
  run.streams.signal?.addEventListener('abort', kill, { once: true });
  if (run.streams.signal?.aborted) kill();
  try {
    const code = await ended(child, [own.stdout, own.stderr], context);
    const started = (await readTextFile(pidPath)) !== undefined;
    if (!started && !run.streams.signal?.aborted) throw execFailure(runtimeMessage(Buffer.concat(errors).toString()));
    return code;
  } finally {
    release();
    for (const stream of [own.stdin, own.stdout, own.stderr]) stream?.destroy();
    run.streams.signal?.removeEventListener('abort', kill);
  }
}

async function spawnWithPipes(pool: PipePool, request: { args: readonly string[]; stdin: boolean }) {
  const [stdin, stdout, stderr] = await Promise.all([
    request.stdin ? pool.input() : undefined,
    pool.output(),
    pool.output(),
  ]);
  const [program, ...args] = request.args;
  const child = spawn(program!, args, {
    env: COMMAND_ENVIRONMENT,
    stdio: [stdin?.childDescriptor ?? 'ignore', stdout.childDescriptor, stderr.childDescriptor],
  });
  for (const pipe of [stdin, stdout, stderr]) if (pipe) closeSync(pipe.childDescriptor);
  return { child, stdin: stdin?.stream, stdout: stdout.stream, stderr: stderr.stream };
}

/** Resolves with the exit code once the output has ended, or has been silent for a while after the exit. */
function ended(child: ChildProcess, outputs: readonly Readable[], { clock }: EngineContext): Promise<number> {
  const closed = Promise.all(outputs.map((output) => new Promise<void>((resolve) => output.once('close', resolve))));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new CriError('Unknown', `failed to exec in container: ${error.message}`)));
    child.once('exit', (exitCode) => {
      const code = exitCode ?? 137;
      const giveUp = () => {
        // A paused stream is silent because its reader is slow: that output is still to come.
        if (outputs.some((output) => output.isPaused())) timer = clock.setTimer(DRAIN_MILLISECONDS, giveUp);
        else resolve(code);
      };
      let timer = clock.setTimer(DRAIN_MILLISECONDS, giveUp);
      const more = () => {
        timer.cancel();
        timer = clock.setTimer(DRAIN_MILLISECONDS, giveUp);
      };
      for (const output of outputs) output.on('data', more);
      void closed.then(() => {
        timer.cancel();
        resolve(code);
      });
    });
  });
}

/**
 * The runtime's own process is only the go-between; the command inside is what must end. Its number may be written a
 * moment after it has begun to run.
 */
async function killExec(pidPath: string, child: ChildProcess, { clock }: EngineContext): Promise<void> {
  for (let attempt = 0; attempt < PID_ATTEMPTS && child.exitCode === null; attempt++) {
    const pid = Number((await readTextFile(pidPath)) || 0);
    if (pid > 1) return tryKill(pid);
    await clock.sleep(PID_MILLISECONDS);
  }
  child.kill('SIGKILL');
}

/** A terminal needs somebody who holds its other end: conmon, which is spoken to through its attach socket. */
async function execTerminal(context: EngineContext, record: ContainerRecord, run: ExecRun): Promise<number> {
  const { directory, streams } = run;
  let relay: Relay | undefined;
  let release = () => {};
  const conmon = await startConmon(
    {
      program: context.conmon,
      runtimeProgram: context.runtime.createProgram,
      containerId: record.id,
      bundle: directory.path,
      logPath: '/dev/null',
      exitDirectory: directory.path,
      tty: true,
      stdin: streams.stdin !== undefined,
      keepStdinOpen: false,
      execProcess: directory.processPath,
    },
    async () => {
      relay = await startRelay({ args: ['attach', directory.path, streams.stdin ? 'input' : 'noinput'] });
      release = connectStreams(relay, streams);
    },
  ).catch((error: CriError) => {
    relay?.kill();
    throw execFailure(error.message);
  });
  const kill = () => tryKill(conmon.pid);
  streams.signal?.addEventListener('abort', kill, { once: true });
  if (streams.signal?.aborted) kill();
  const stopResizing = followResize(directory.path, streams);
  try {
    const code = await conmon.exited;
    await relay?.closed;
    return code;
  } finally {
    stopResizing();
    release();
    streams.signal?.removeEventListener('abort', kill);
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone, which is what was wanted.
  }
}

/** Passes window sizes on until the returned function is called. */
export function followResize(bundle: string, { resize, tty }: StreamOptions): () => void {
  if (resize === undefined || !tty) return () => {};
  const sizes = resize[Symbol.asyncIterator]();
  let stopped = false;
  void (async () => {
    while (!stopped) {
      const next = await sizes.next();
      if (next.done || stopped) return;
      await resizeTerminal(bundle, next.value);
    }
  })().catch(() => {
    // The process has ended, or the caller's iterator broke: either way there is nothing left to resize.
  });
  return () => {
    stopped = true;
    void sizes.return?.();
  };
}

function collect(): { stream: PassThrough; content: () => Buffer } {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, content: () => Buffer.concat(chunks) };
}
