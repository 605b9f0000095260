import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { CriError } from '../../runtime.ts';
import { COMMAND_ENVIRONMENT } from '../system/run-command.ts';
import { RELAY_PROGRAM } from './relay-program.ts';

export interface Relay {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the other side has closed and everything has been handed over. */
  readonly closed: Promise<void>;
  kill(): void;
}

export interface RelayTarget {
  /** Arguments of the relay program. */
  readonly args: readonly string[];
  /** Enter this network namespace first. */
  readonly netnsPath?: string | undefined;
}

/** Starts a relay. Resolves once it is connected; rejects with `Unavailable` and the reason when it cannot connect. */
export function startRelay(target: RelayTarget): Promise<Relay> {
  const perl = ['perl', '-e', RELAY_PROGRAM, '--', ...target.args];
  const [program, ...args] = target.netnsPath ? ['nsenter', `--net=${target.netnsPath}`, '--', ...perl] : perl;
  const child = spawn(program!, args, { env: COMMAND_ENVIRONMENT, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // Writing to a relay whose other side has closed is no error: the reader learns of the end.
  child.stdin.on('error', () => {});
  return new Promise((resolve, reject) => {
    const early: Buffer[] = [];
    const collect = (chunk: Buffer) => early.push(chunk);
    child.stderr.on('data', collect);
    child.once('error', (error) => reject(new CriError('FailedPrecondition', `failed to run perl: ${error.message}`)));
    const onClose = () =>
      reject(new CriError('Unavailable', Buffer.concat(early).toString().trim() || 'connection closed'));
    child.once('close', onClose);
    (child.stdio[3] as Readable).once('data', () => {
      child.off('close', onClose);
      child.stderr.off('data', collect);
      child.stderr.pause();
      resolve(toRelay(child, closed));
    });
  });
}

function toRelay(child: ChildProcess, closed: Promise<void>): Relay {
  return {
    stdin: child.stdin!,
    stdout: child.stdout!,
    stderr: child.stderr!,
    closed,
    kill: () => child.kill('SIGKILL'),
  };
}
