import { spawn } from 'node:child_process';
import { CriError } from '../../runtime.ts';

/** What the engine's child processes see: no inherited environment, so that a user's shell changes nothing. */
export const COMMAND_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
};

export interface CommandOptions {
  readonly input?: string | Buffer;
  readonly cwd?: string;
}

export interface CommandResult {
  /** Exit code; 128 + signal number when killed, 127 when the program does not exist. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end and collects its output. Never rejects: a program that cannot start is code 127. */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: COMMAND_ENVIRONMENT,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdout!.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr!.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error) => resolve({ code: 127, stdout: Buffer.alloc(0), stderr: error.message }));
    child.on('close', (code) => {
      resolve({ code: code ?? 137, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
    // A program may end before it has read its input; its exit code says what matters.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input);
  });
}

/** Like `runCommand`, but a code other than 0 rejects with a `CriError` that carries what the program said. */
export async function runChecked(program: string, args: readonly string[], options?: CommandOptions): Promise<Buffer> {
  const result = await runCommand(program, args, options);
  if (result.code === 0) return result.stdout;
  const said = result.stderr.trim() || `exit code ${result.code}`;
  throw new CriError('Unknown', `failed to run ${program}: ${said}`);
}
