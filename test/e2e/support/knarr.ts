import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clientPath } from './kubectl.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const KNARR = join(ROOT, 'dist/knarr.js');
const READY_MS = 60_000;
/** What makes today's kubectl speak as its predecessors did. */
const OLD_STREAMS = ['KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false', 'KUBECTL_PORT_FORWARD_WEBSOCKETS=false'];

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KnarrOptions {
  /** Further flags of `knarr up`. */
  readonly flags?: readonly string[];
  /** Whether the cluster lives in a network namespace of its own; needs root. */
  readonly isolated?: boolean;
}

/** A cluster started by the built command, with a data directory and, if asked, a network namespace of its own. */
export class Knarr {
  readonly directory = mkdtempSync(join(tmpdir(), 'knarr-e2e-'));
  readonly #options: KnarrOptions;
  readonly #namespace: string | undefined;
  #child: ReturnType<typeof spawn> | undefined;
  /** What `up` has printed so far. */
  output = '';

  private constructor(options: KnarrOptions) {
    this.#options = options;
    if (options.isolated) {
      this.#namespace = `${basename(tmpdir())}-${basename(this.directory)}`;
      execFileSync('ip', ['netns', 'add', this.#namespace]);
      execFileSync('nsenter', [`--net=/run/netns/${this.#namespace}`, 'ip', 'link', 'set', 'lo', 'up']);
    }
  }

  static async up(options: KnarrOptions = {}): Promise<Knarr> {
    const knarr = new Knarr(options);
    try {
      await knarr.start();
      return knarr;
    } catch (error) {
      await knarr.delete();
      throw error;
    }
  }

  get kubeconfig(): string {
    return join(this.directory, 'data', 'kubeconfig');
  }

  get dataDirectory(): string {
    return join(this.directory, 'data');
  }

  get pid(): number {
    return JSON.parse(readFileSync(join(this.dataDirectory, 'run.json'), 'utf8')).pid;
  }

  /** Starts the process (again) and resolves when it says that it is ready. */
  async start(): Promise<void> {
    const args = [
      KNARR,
      'up',
      '--data-dir',
      this.dataDirectory,
      '--api-port',
      '0',
      '--kubeconfig',
      join(this.directory, 'user-kubeconfig'),
      ...(this.#options.flags ?? []),
    ];
    const [program, ...rest] = this.#inside([process.execPath, ...args]);
    const child = spawn(program as string, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.output = '';
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`knarr up is not ready:\n${this.output}`)), READY_MS);
      const read = (chunk: Buffer) => {
        this.output += chunk;
        if (this.output.includes('Ready in')) resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`knarr up ended with ${code}:\n${this.output}`));
      });
    });
  }

  /** Ends the process with a signal and waits until it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    await gone;
  }

  /** Stops the cluster and removes everything it and the test made. */
  async delete(): Promise<void> {
    await this.stop();
    if (existsSync(this.dataDirectory)) {
      const { code, stderr } = await this.knarr('delete');
      if (code !== 0) throw new Error(`knarr delete: exit code ${code}\n${stderr}`);
    }
    if (this.#namespace) execFileSync('ip', ['netns', 'delete', this.#namespace]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Runs another `knarr` command on this cluster. */
  knarr(...args: string[]): Promise<CommandResult> {
    const kubeconfig = args[0] === 'delete' ? ['--kubeconfig', join(this.directory, 'user-kubeconfig')] : [];
    return this.command(...args, '--data-dir', this.dataDirectory, ...kubeconfig);
  }

  /** Runs a `knarr` command on whatever cluster it names, where this one is. */
  command(...args: string[]): Promise<CommandResult> {
    return this.exec([process.execPath, KNARR, ...args]);
  }

  /** Runs the real kubectl; rejects when it fails. Answers its standard output. */
  async kubectl(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tryKubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: exit code ${code}\n${stderr}${stdout}`);
    return stdout;
  }

  /** Runs the real kubectl, whatever comes of it. `input` goes to its standard input. */
  tryKubectl(args: readonly string[], input = ''): Promise<CommandResult> {
    return this.exec([clientPath('kubectl'), '--kubeconfig', this.kubeconfig, ...args], input);
  }

  /** As kubectl before 1.31 speaks: streams over SPDY/3.1 instead of WebSockets. */
  tryOldKubectl(args: readonly string[], input = ''): Promise<CommandResult> {
    const command = [clientPath('kubectl'), '--kubeconfig', this.kubeconfig, ...args];
    return this.exec(['env', ...OLD_STREAMS, ...command], input);
  }

  /** The same as one line for a shell. */
  kubectlCommand(args: readonly string[]): string {
    const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
    return [clientPath('kubectl'), '--kubeconfig', this.kubeconfig, ...args].map(quote).join(' ');
  }

  /** A kubectl that keeps running; to be killed by the test. An old one streams over SPDY/3.1. */
  spawnKubectl(args: readonly string[], isOld = false): ReturnType<typeof spawn> {
    const command = [clientPath('kubectl'), '--kubeconfig', this.kubeconfig, ...args];
    const [program, ...rest] = this.#inside(isOld ? ['env', ...OLD_STREAMS, ...command] : command);
    return spawn(program as string, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /** Runs any program where the cluster is. */
  exec(command: readonly string[], input = ''): Promise<CommandResult> {
    const [program, ...args] = this.#inside(command);
    const env = { ...process.env, HOME: this.directory, KUBECONFIG: '' };
    return new Promise((resolve) => {
      const child = execFile(
        program as string,
        args,
        { env, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
        (error, stdout, stderr) => {
          const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
          resolve({ code, stdout, stderr });
        },
      );
      child.stdin?.on('error', () => {});
      child.stdin?.end(input);
    });
  }

  #inside(command: readonly string[]): string[] {
    return this.#namespace ? ['nsenter', `--net=/run/netns/${this.#namespace}`, ...command] : [...command];
  }
}

/** Calls `check` until it gives something other than undefined or false; rejects with what it said last. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | false>,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await check();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what}: not within ${timeoutMs / 1000} s`, { cause: last });
}
