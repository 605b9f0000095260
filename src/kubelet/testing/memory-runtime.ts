import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Duplex, PassThrough } from 'node:stream';
import { AsyncQueue } from '#base/async-queue.ts';
import type { Clock } from '#base/clock.ts';
import { type Deferred, deferred } from '#base/deferred.ts';
import {
  type ContainerConfig,
  type ContainerEvent,
  type ContainerRuntime,
  type ContainerStatus,
  CriError,
  type ExecSyncResult,
  type Image,
  type ImageService,
  type LinuxContainerResources,
  type PodSandboxConfig,
  type PodSandboxStatus,
  type RuntimeService,
  type StreamOptions,
} from '#cri/runtime.ts';

/** A running program, as its code sees it. */
export interface MemoryProcess {
  readonly config: ContainerConfig;
  readonly clock: Clock;
  /** Resolves when the container is asked to stop; a program that does not end then is killed in time. */
  readonly stopped: Promise<void>;
  /** Aborts when the program is killed. */
  readonly killed: AbortSignal;
  /** Writes a line to the container's log. */
  log(line: string, stream?: 'stdout' | 'stderr'): Promise<void>;
}

/** What an image runs: resolves with the exit code. */
export type MemoryProgram = (process: MemoryProcess) => Promise<number>;

/** What `exec` does in containers of an image. */
export type MemoryExec = (
  command: readonly string[],
  stdin: string,
) => { stdout?: string; stderr?: string; exitCode: number };

export interface MemoryImage {
  readonly program: MemoryProgram;
  readonly exec?: MemoryExec;
  /** The image is in the registry only until it is pulled. */
  readonly remote?: boolean;
  readonly uid?: number;
}

export interface MemoryRuntimeOptions {
  readonly clock: Clock;
  /** By reference, with tag. Pulls of anything else fail. */
  readonly images: Readonly<Record<string, MemoryImage>>;
}

interface Running {
  readonly config: ContainerConfig;
  readonly sandboxConfig: PodSandboxConfig;
  status: ContainerStatus;
  readonly stop: Deferred<void>;
  readonly kill: AbortController;
  readonly exit: Deferred<void>;
}

/** Runs until stopped, then ends with 0. */
export const runUntilStopped: MemoryProgram = async ({ stopped }) => {
  await stopped;
  return 0;
};

/** Ends with a code after a time. */
export const exitAfter =
  (milliseconds: number, exitCode: number): MemoryProgram =>
  async ({ clock, stopped, killed }) => {
    const end = new AbortController();
    void stopped.then(() => end.abort());
    return clock.sleep(milliseconds, AbortSignal.any([end.signal, killed])).then(
      () => exitCode,
      () => 143,
    );
  };

/**
 * A container runtime inside this process: sandboxes and containers are records, programs are functions, time is the
 * clock's. Logs are real files in CRI format. It keeps to the interface's contract, `NotFound` included.
 */
export class MemoryRuntime implements ContainerRuntime {
  readonly runtime: RuntimeService;
  readonly images: ImageService;
  /** Calls that change something, for tests of what the kubelet did. */
  readonly calls: string[] = [];
  readonly #options: MemoryRuntimeOptions;
  readonly #sandboxes = new Map<string, { status: PodSandboxStatus; config: PodSandboxConfig }>();
  readonly #containers = new Map<string, Running>();
  readonly #present = new Set<string>();
  readonly #listeners = new Set<AsyncQueue<ContainerEvent>>();
  #nextIp = 1;

  constructor(options: MemoryRuntimeOptions) {
    this.#options = options;
    for (const [name, image] of Object.entries(options.images)) if (!image.remote) this.#present.add(name);
    this.runtime = this.#runtimeService();
    this.images = this.#imageService();
  }

  async start(): Promise<void> {}
  async close(): Promise<void> {}

  /** The configuration that a running container was made with. */
  configOf(podUid: string, container: string): ContainerConfig | undefined {
    const found = [...this.#containers.values()].filter(
      ({ sandboxConfig, config }) => sandboxConfig.metadata.uid === podUid && config.metadata.name === container,
    );
    return found.at(-1)?.config;
  }

  /** A sandbox breaks, as when its process is killed. */
  breakSandbox(podUid: string): void {
    for (const sandbox of this.#sandboxes.values()) {
      if (sandbox.config.metadata.uid === podUid) sandbox.status = { ...sandbox.status, state: 'NOTREADY' };
    }
    for (const running of this.#containers.values()) {
      if (running.sandboxConfig.metadata.uid === podUid && running.status.state === 'RUNNING') running.kill.abort();
    }
  }

  #emit(type: ContainerEvent['type'], { status, sandboxConfig }: Running): void {
    const event = { type, containerId: status.id, sandboxId: status.sandboxId, podUid: sandboxConfig.metadata.uid };
    for (const queue of this.#listeners) queue.push(event);
  }

  #container(id: string): Running {
    const running = this.#containers.get(id);
    if (running === undefined) throw new CriError('NotFound', `container ${id}: not found`);
    return running;
  }

  #sandbox(id: string) {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined) throw new CriError('NotFound', `sandbox ${id}: not found`);
    return sandbox;
  }

  #runtimeService(): RuntimeService {
    const { clock } = this.#options;
    return {
      version: async () => ({ runtimeName: 'memory', runtimeVersion: '1.0.0', runtimeApiVersion: 'v1' }),
      status: async () => ({
        conditions: [
          { type: 'RuntimeReady', status: true, reason: '', message: '' },
          { type: 'NetworkReady', status: true, reason: '', message: '' },
        ],
      }),
      runPodSandbox: async (config) => {
        const id = randomBytes(16).toString('hex');
        this.calls.push(`runPodSandbox ${config.metadata.name} ${config.metadata.attempt}`);
        const ips = config.namespaces.network === 'NODE' ? [] : [`10.1.0.${this.#nextIp++}`];
        const { metadata, labels, annotations } = config;
        this.#sandboxes.set(id, {
          config,
          status: { id, metadata, labels, annotations, state: 'READY', createdAt: clock.now(), ips },
        });
        return id;
      },
      stopPodSandbox: async (id) => {
        const sandbox = this.#sandboxes.get(id);
        if (sandbox === undefined) return;
        this.calls.push(`stopPodSandbox ${sandbox.config.metadata.name}`);
        for (const running of this.#containers.values()) {
          if (running.status.sandboxId !== id || running.status.state !== 'RUNNING') continue;
          running.kill.abort();
          await running.exit.promise;
        }
        sandbox.status = { ...sandbox.status, state: 'NOTREADY', ips: [] };
      },
      removePodSandbox: async (id) => void this.#sandboxes.delete(id),
      podSandboxStatus: async (id) => this.#sandbox(id).status,
      listPodSandboxes: async ({ id, podUid } = {}) =>
        [...this.#sandboxes.values()]
          .map(({ status }) => status)
          .filter(
            (status) =>
              (id === undefined || status.id === id) && (podUid === undefined || status.metadata.uid === podUid),
          ),
      createContainer: async (sandboxId, config, sandboxConfig) => this.#create(sandboxId, config, sandboxConfig),
      startContainer: async (id) => this.#start(this.#container(id)),
      stopContainer: (id, timeoutSeconds) => this.#stop(id, timeoutSeconds),
      removeContainer: async (id) => {
        const running = this.#containers.get(id);
        if (running === undefined) return;
        if (running.status.state === 'RUNNING') throw new CriError('FailedPrecondition', `container ${id} is running`);
        this.#containers.delete(id);
        this.#emit('DELETED', running);
      },
      containerStatus: async (id) => this.#container(id).status,
      listContainers: async ({ id, sandboxId, state, labels = {} } = {}) =>
        [...this.#containers.values()]
          .map(({ status }) => status)
          .filter(
            (status) =>
              (id === undefined || status.id === id) &&
              (sandboxId === undefined || status.sandboxId === sandboxId) &&
              (state === undefined || status.state === state) &&
              Object.entries(labels).every(([key, value]) => status.labels[key] === value),
          ),
      containerStats: async (id) => {
        this.#container(id);
        return {
          timestamp: clock.now(),
          cpuUsageNanoseconds: 1e9,
          memoryWorkingSetBytes: 1024,
          memoryRssBytes: 512,
          writableLayerBytes: 0,
        };
      },
      updateContainerResources: async (id, resources: LinuxContainerResources) => {
        this.#container(id);
        this.calls.push(`updateContainerResources ${JSON.stringify(resources)}`);
      },
      reopenContainerLog: async (id) => writeFile(this.#container(id).status.logPath, ''),
      execSync: async (id, command) => this.#exec(id, command, ''),
      exec: (id, command, streams) => this.#execStreams(id, command, streams),
      attach: async (id, { signal }) => {
        const { exit } = this.#container(id);
        await Promise.race([
          exit.promise,
          new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
        ]);
      },
      portForward: async (id) => {
        this.#sandbox(id);
        return echo();
      },
      containerEvents: (signal) => {
        const queue = new AsyncQueue<ContainerEvent>();
        this.#listeners.add(queue);
        const end = () => {
          this.#listeners.delete(queue);
          queue.end();
        };
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
        return queue;
      },
    };
  }

  #imageService(): ImageService {
    const describe = (name: string): Image => {
      const { uid } = this.#options.images[name] as MemoryImage;
      return {
        id: `sha256:${name}`,
        repoTags: [name],
        repoDigests: [],
        sizeBytes: 1000,
        ...(uid === undefined ? {} : { uid }),
      };
    };
    const nameOf = (reference: string) => (reference.startsWith('sha256:') ? reference.slice(7) : reference);
    return {
      listImages: async () => [...this.#present].map(describe),
      imageStatus: async (reference) =>
        this.#present.has(nameOf(reference)) ? describe(nameOf(reference)) : undefined,
      pullImage: async (reference) => {
        this.calls.push(`pullImage ${reference}`);
        if (!this.#options.images[reference])
          throw new CriError('NotFound', `failed to pull image "${reference}": not found`);
        this.#present.add(reference);
        return `sha256:${reference}`;
      },
      removeImage: async (reference) => void this.#present.delete(nameOf(reference)),
      importImage: async () => [],
      fsInfo: async () => ({ mountpoint: '/', usedBytes: 0, inodesUsed: 0 }),
    };
  }

  #imageOf({ image }: ContainerConfig): MemoryImage {
    const found = this.#options.images[image] ?? this.#options.images[`${image}:latest`];
    if (found === undefined) throw new CriError('NotFound', `image "${image}": not found`);
    return found;
  }

  async #create(sandboxId: string, config: ContainerConfig, sandboxConfig: PodSandboxConfig): Promise<string> {
    if (this.#sandbox(sandboxId).status.state !== 'READY')
      throw new CriError('FailedPrecondition', 'sandbox is not ready');
    this.#imageOf(config);
    const id = randomBytes(32).toString('hex');
    const logPath = join(sandboxConfig.logDirectory, config.logPath);
    await mkdir(dirname(logPath), { recursive: true });
    await writeFile(logPath, '');
    const { metadata, labels, annotations, image, mounts } = config;
    const running: Running = {
      config,
      sandboxConfig,
      stop: deferred(),
      kill: new AbortController(),
      exit: deferred(),
      status: {
        id,
        sandboxId,
        metadata,
        labels,
        annotations,
        image,
        imageRef: `sha256:${image}`,
        mounts,
        logPath,
        state: 'CREATED',
        createdAt: this.#options.clock.now(),
        startedAt: 0,
        finishedAt: 0,
        exitCode: 0,
        reason: '',
        message: '',
        pid: 0,
      },
    };
    this.#containers.set(id, running);
    this.calls.push(`createContainer ${metadata.name} ${metadata.attempt}`);
    this.#emit('CREATED', running);
    return id;
  }

  #start(running: Running): void {
    const { clock } = this.#options;
    running.status = { ...running.status, state: 'RUNNING', startedAt: clock.now(), pid: 1 };
    this.calls.push(`startContainer ${running.config.metadata.name}`);
    this.#emit('STARTED', running);
    const process: MemoryProcess = {
      config: running.config,
      clock,
      stopped: running.stop.promise,
      killed: running.kill.signal,
      log: (line, stream = 'stdout') =>
        appendFile(running.status.logPath, `${new Date(clock.now()).toISOString()} ${stream} F ${line}\n`),
    };
    const killed = new Promise<number>((resolve) =>
      running.kill.signal.addEventListener('abort', () => resolve(137), { once: true }),
    );
    void Promise.race([this.#imageOf(running.config).program(process), killed]).then((exitCode) => {
      const reason = exitCode === 0 ? 'Completed' : 'Error';
      running.status = { ...running.status, state: 'EXITED', finishedAt: clock.now(), exitCode, reason, pid: 0 };
      running.exit.resolve();
      this.#emit('STOPPED', running);
    });
  }

  async #stop(id: string, timeoutSeconds: number): Promise<void> {
    const running = this.#containers.get(id);
    if (running?.status.state !== 'RUNNING') return;
    this.calls.push(`stopContainer ${running.config.metadata.name} ${timeoutSeconds}`);
    running.stop.resolve();
    const timer = this.#options.clock.setTimer(timeoutSeconds * 1000, () => running.kill.abort());
    await running.exit.promise;
    timer.cancel();
  }

  #exec(id: string, command: readonly string[], stdin: string): ExecSyncResult {
    const { status, config } = this.#container(id);
    if (status.state !== 'RUNNING') throw new CriError('FailedPrecondition', `container ${id} is not running`);
    const { exec } = this.#imageOf(config);
    const { stdout = '', stderr = '', exitCode } = exec?.(command, stdin) ?? { stderr: 'not found\n', exitCode: 127 };
    return { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), exitCode };
  }

  async #execStreams(
    id: string,
    command: readonly string[],
    { stdin, stdout, stderr }: StreamOptions,
  ): Promise<number> {
    let input = '';
    if (stdin) for await (const chunk of stdin) input += String(chunk);
    const result = this.#exec(id, command, input);
    if (result.stdout.length > 0) stdout?.write(result.stdout);
    if (result.stderr.length > 0) stderr?.write(result.stderr);
    return result.exitCode;
  }
}

/** A connection that gives back what it gets. */
function echo(): Duplex {
  const pipe = new PassThrough();
  return Duplex.from({ readable: pipe, writable: pipe });
}
