import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import type {
  ContainerConfig,
  ContainerEvent,
  ContainerRuntime,
  ContainerStatus,
  PodSandboxConfig,
  StreamOptions,
} from '../runtime.ts';
import { writeDockerArchive } from './busybox-image.ts';

/** An engine that can be taken away completely. */
export interface DisposableRuntime extends ContainerRuntime {
  destroy(): Promise<void>;
}

/** Opens an engine over a directory; called again with the same directory for another process's view. */
export type OpenRuntime = (directory: string) => DisposableRuntime;

/** A container that a test made. */
export interface TestContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly logPath: string;
}

/** One engine with images, and short ways to say what a test wants. `cleanUp` after each test, `close` at the end. */
export class CriHarness {
  readonly directory = mkdtempSync(join(tmpdir(), 'knarr-cri-'));
  readonly #open: OpenRuntime;
  #runtime: DisposableRuntime;
  #events: ContainerEvent[] = [];
  #listeners = new Set<() => void>();
  #listening = new AbortController();
  #counter = 0;

  constructor(open: OpenRuntime) {
    this.#open = open;
    this.#runtime = open(this.directory);
  }

  get cri() {
    return this.#runtime.runtime;
  }

  get images() {
    return this.#runtime.images;
  }

  get engine(): DisposableRuntime {
    return this.#runtime;
  }

  /** Events since the start or restart. */
  get events(): readonly ContainerEvent[] {
    return this.#events;
  }

  async start(): Promise<void> {
    await this.#runtime.start();
    this.#listen();
    const archive = join(this.directory, 'image.tar');
    await writeDockerArchive(archive);
    await this.images.importImage(archive);
    await writeDockerArchive(archive, {
      references: ['app:v1'],
      entrypoint: ['/bin/echo', 'entry'],
      cmd: ['cmd'],
      env: ['PATH=/bin', 'GREETING=hello'],
      user: 'alice',
      workingDir: '/home',
    });
    await this.images.importImage(archive);
  }

  /** As if the process had ended and another one had been started; `meanwhile` runs in between. */
  async restart(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    this.#listening.abort();
    await this.#runtime.close();
    await meanwhile();
    this.#runtime = this.#open(this.directory);
    await this.#runtime.start();
    this.#listen();
  }

  async cleanUp(): Promise<void> {
    for (const { id } of await this.cri.listPodSandboxes()) {
      await this.cri.stopPodSandbox(id);
      await this.cri.removePodSandbox(id);
    }
    this.#events = [];
  }

  async close(): Promise<void> {
    this.#listening.abort();
    await this.#runtime.destroy();
    removeCgroup();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #listen(): void {
    this.#listening = new AbortController();
    this.#events = [];
    const events = this.cri.containerEvents(this.#listening.signal);
    void (async () => {
      for await (const event of events) {
        this.#events.push(event);
        for (const listener of this.#listeners) listener();
      }
    })();
  }

  sandboxConfig(overrides: Partial<PodSandboxConfig> = {}): PodSandboxConfig {
    const uid = `uid-${process.pid}-${++this.#counter}`;
    return {
      metadata: { name: `pod-${this.#counter}`, uid, namespace: 'default', attempt: 0 },
      hostname: `pod-${this.#counter}`,
      logDirectory: join(this.directory, 'logs', uid),
      dns: { servers: ['10.96.0.10'], searches: ['default.svc.cluster.local'], options: ['ndots:5'] },
      labels: { app: 'test' },
      annotations: {},
      namespaces: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
      cgroupParent: `/${CGROUP}/pod${uid}`,
      ...overrides,
    };
  }

  containerConfig(overrides: Partial<ContainerConfig> = {}): ContainerConfig {
    return {
      metadata: { name: 'main', attempt: 0 },
      image: 'busybox',
      envs: [],
      mounts: [],
      labels: {},
      annotations: {},
      logPath: `main-${++this.#counter}/0.log`,
      stdin: false,
      stdinOnce: false,
      tty: false,
      ...overrides,
    };
  }

  /** Creates and starts a container, in a new sandbox unless one is given. */
  async run(
    overrides: Partial<ContainerConfig> & { sandbox?: { id: string; config: PodSandboxConfig } } = {},
  ): Promise<TestContainer> {
    const { sandbox = await this.sandbox(), ...containerOverrides } = overrides;
    const config = this.containerConfig(containerOverrides);
    const id = await this.cri.createContainer(sandbox.id, config, sandbox.config);
    await this.cri.startContainer(id);
    return { id, sandboxId: sandbox.id, logPath: join(sandbox.config.logDirectory, config.logPath) };
  }

  async sandbox(overrides: Partial<PodSandboxConfig> = {}): Promise<{ id: string; config: PodSandboxConfig }> {
    const config = this.sandboxConfig(overrides);
    return { id: await this.cri.runPodSandbox(config), config };
  }

  /** A container that lives until it is stopped. */
  runForever(overrides: Parameters<CriHarness['run']>[0] = {}): Promise<TestContainer> {
    return this.run({ command: ['sleep', '1000'], ...overrides });
  }

  /** Runs a shell script as a container to its end; resolves with its standard output. */
  async output(script: string, overrides: Parameters<CriHarness['run']>[0] = {}): Promise<string> {
    const container = await this.run({ command: ['sh', '-c', script], ...overrides });
    await this.exited(container);
    return logText(container.logPath, 'stdout');
  }

  /** Resolves with the status of a container once an event has told that it stopped. */
  async exited({ id }: { id: string }): Promise<ContainerStatus> {
    await this.until(async () => (await this.cri.containerStatus(id)).state === 'EXITED');
    return this.cri.containerStatus(id);
  }

  /** Resolves when the condition holds; it is looked at again after every event. */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    for (;;) {
      const event = new Promise<void>((resolve) => {
        const listener = () => {
          this.#listeners.delete(listener);
          resolve();
        };
        this.#listeners.add(listener);
      });
      if (await condition()) return;
      await event;
    }
  }

  async execText(container: TestContainer, ...command: string[]): Promise<string> {
    return (await this.cri.execSync(container.id, command)).stdout.toString();
  }

  /** Runs a command with streams; resolves with everything it printed and its exit code. */
  async exec(
    container: TestContainer,
    command: readonly string[],
    options: Partial<StreamOptions> & { stdin?: Readable } = {},
  ) {
    const [stdout, stderr] = [new Collector(), new Collector()];
    const code = await this.cri.exec(container.id, command, { stdout, stderr, tty: false, ...options });
    return { code, stdout: stdout.text, stderr: stderr.text };
  }
}

/** The control group above those of all pods. */
export const CGROUP = `${basename(tmpdir())}-${process.pid}`;

/** It is nobody's but the harness's. */
function removeCgroup(root = '/sys/fs/cgroup'): void {
  for (const directory of ['', ...readdirSync(root)]) {
    const path = join(root, directory, CGROUP);
    if (existsSync(path)) rmdirSync(path);
  }
}

/** Keeps what is written to it. */
export class Collector extends Writable {
  text = '';
  #watchers = new Set<() => void>();

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    for (const watcher of this.#watchers) watcher();
    done();
  }

  /** Resolves when the text matches. */
  async has(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) {
      await new Promise<void>((resolve) => {
        const watcher = () => {
          this.#watchers.delete(watcher);
          resolve();
        };
        this.#watchers.add(watcher);
      });
    }
  }
}

/** The messages of a log in CRI format, of both streams or of one. */
export function logText(path: string, stream?: 'stdout' | 'stderr'): string {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines
    .map((line) => {
      const [, name, flag, message] = /^\S+ (stdout|stderr) ([FP]) (.*)$/s.exec(line) ?? [];
      if (message === undefined) throw new Error(`not a log line: ${JSON.stringify(line)}`);
      if (stream !== undefined && stream !== name) return '';
      return flag === 'F' ? `${message}\n` : message;
    })
    .join('');
}

/** Why containers cannot be run here; undefined when they can. */
export function missingForContainers(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  const found = (name: string) =>
    ['/usr/bin', '/usr/sbin', '/bin', '/usr/local/bin'].some((d) => existsSync(join(d, name)));
  const missing = ['busybox', 'conmon', 'nsenter', 'unshare', 'ip'].filter((name) => !found(name));
  if (!found('crun') && !found('runc')) missing.push('crun or runc');
  return missing.length === 0 ? undefined : `needs ${missing.join(', ')}`;
}
