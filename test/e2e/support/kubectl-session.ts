import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, type ClusterOptions } from '#testing/cluster.ts';
import { clientPath } from './kubectl.ts';

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A cluster inside this process, and the real kubectl and helm beside it with a home directory of their own. */
export class KubectlSession {
  readonly cluster: Cluster;
  readonly directory: string;

  private constructor(cluster: Cluster, directory: string) {
    this.cluster = cluster;
    this.directory = directory;
  }

  static async start(options: ClusterOptions): Promise<KubectlSession> {
    const cluster = await Cluster.start(options);
    const directory = mkdtempSync(join(tmpdir(), 'knarr-kubectl-'));
    const { kubeconfig } = await cluster.listen();
    writeFileSync(join(directory, 'kubeconfig'), kubeconfig);
    return new KubectlSession(cluster, directory);
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Writes a manifest (JSON is YAML) and answers its path. */
  write(name: string, content: unknown): string {
    const path = join(this.directory, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  /** Runs kubectl or helm, whatever comes of it. */
  run(program: 'kubectl' | 'helm', args: readonly string[]): Promise<ProgramResult> {
    const env = { ...process.env, HOME: this.directory, KUBECONFIG: join(this.directory, 'kubeconfig') };
    return new Promise((resolve) => {
      execFile(clientPath(program), args, { env, timeout: 60_000 }, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** Standard output; rejects when the program fails. */
  async kubectl(...args: string[]): Promise<string> {
    return this.#succeed('kubectl', args);
  }

  async helm(...args: string[]): Promise<string> {
    return this.#succeed('helm', args);
  }

  async #succeed(program: 'kubectl' | 'helm', args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(program, args);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${code}\n${stderr}${stdout}`);
    return stdout;
  }
}
