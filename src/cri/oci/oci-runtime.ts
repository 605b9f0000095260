import { randomBytes } from 'node:crypto';
import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { type ContainerRuntime, CriError, type PodNetwork } from '../runtime.ts';
import { CgroupTree, detectCgroupMode } from './cgroup/cgroup-tree.ts';
import { ContainerService } from './container/container-service.ts';
import { detectRootfsMode, unmountRootfs } from './container/rootfs.ts';
import type { EngineContext } from './engine-context.ts';
import { type EnginePaths, enginePaths } from './engine-paths.ts';
import { EventHub } from './event-hub.ts';
import { readHostLimits } from './host-facts.ts';
import { ImageStore } from './image/image-store.ts';
import { createImageService } from './image-service.ts';
import { chooseLowLevelRuntime } from './low-level-runtime.ts';
import { type ContainerRecord, RecordStore, type SandboxRecord } from './records.ts';
import type { RegistryAccess } from './registry/registry-http.ts';
import { createRuntimeService, type StartedEngine } from './runtime-service.ts';
import { SandboxService } from './sandbox/sandbox-service.ts';
import { PipePool } from './system/pipe-pool.ts';
import { runCommand } from './system/run-command.ts';

export interface OciRuntimeOptions {
  /** Images, containers and sandboxes; must survive a restart of the machine. */
  readonly rootDirectory: string;
  /** Namespaces, exit codes and the low-level runtime's state; may vanish when the machine restarts. */
  readonly stateDirectory: string;
  readonly network: PodNetwork;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: crun when it is installed, else runc. */
  readonly runtime?: 'crun' | 'runc';
  /** Program name or path; default `conmon`. */
  readonly conmon?: string;
  /** Put before every sandbox's `cgroupParent`; default none. */
  readonly cgroupRoot?: string;
  readonly registry?: RegistryAccess;
  /** Makes ids; default 64 random hexadecimal digits, as containerd's. */
  readonly newId?: () => string;
}

/** The embedded engine: a `ContainerRuntime` that can be taken away without a trace. */
export interface OciRuntime extends ContainerRuntime {
  /**
   * Stops and removes every sandbox and container under the engine's directories, then the directories. Works before
   * `start` too; detaching pods from the network needs a started network.
   */
  destroy(): Promise<void>;
}

/**
 * The embedded container engine: images are unpacked here, containers run by crun or runc under conmon. Containers and
 * sandboxes outlive this process; the next engine on the same directories finds them, and what ended meanwhile. One engine
 * at a time may run containers in a directory; `images` also works without `start`, beside an engine of another process.
 * `start` rejects with `FailedPrecondition` when a program that it needs is missing.
 *
 * `network.start()` and `network.close()` are called by `start` and `close`; both must bear being called twice.
 */
export function createOciRuntime(options: OciRuntimeOptions): OciRuntime {
  const paths = enginePaths(options.rootDirectory, options.stateDirectory);
  const images = new ImageStore(paths.images);
  const containerRecords = new RecordStore<ContainerRecord>(paths.containers);
  let started: StartedEngine | undefined;
  const engine = () => {
    if (started === undefined) throw new CriError('Unavailable', 'container runtime has not been started');
    return started;
  };
  const start = async () => {
    started = await startEngine(options, { paths, images, containers: containerRecords });
  };
  const close = async () => {
    started?.containers.close();
    started?.context.events.close();
    started = undefined;
    await options.network.close();
  };
  return {
    runtime: createRuntimeService(engine),
    images: createImageService({ paths, images, containers: containerRecords, access: options.registry ?? {} }),
    start,
    close,
    async destroy() {
      if (!(await exists(paths.root)) && !(await exists(paths.state))) return;
      if (started === undefined) await start();
      await removeEverything(engine());
      await close();
      await Promise.all([paths.root, paths.state].map((path) => rm(path, { recursive: true, force: true })));
    },
  };
}

/** `OciRuntime.destroy` for those who hold the engine by its interface. */
export function destroyOciRuntime(runtime: OciRuntime): Promise<void> {
  return runtime.destroy();
}

async function removeEverything({ context, sandboxes, containers }: StartedEngine): Promise<void> {
  const records = context.sandboxes.list();
  await Promise.all(records.map(({ id }) => sandboxes.remove(id)));
  await Promise.all(context.containers.list().map(({ id }) => containers.remove(id)));
  const groups = new Set(records.map(({ config }) => join('/', context.cgroupRoot, config.cgroupParent)));
  for (const group of groups) await context.cgroups.removeEmptyParents(group);
}

interface EngineParts {
  readonly paths: EnginePaths;
  readonly images: ImageStore;
  readonly containers: RecordStore<ContainerRecord>;
}

async function startEngine(options: OciRuntimeOptions, parts: EngineParts): Promise<StartedEngine> {
  const context = await createContext(options, parts);
  const containers = new ContainerService(context);
  const sandboxes = new SandboxService(context, containers);
  await containers.start();
  await sandboxes.start();
  const { name, version } = context.runtime;
  const facts = { runtime: name, version, cgroups: context.cgroups.mode, rootfs: context.rootfsMode };
  context.logger.info('Container runtime started', facts);
  return { context, sandboxes, containers };
}

async function createContext(options: OciRuntimeOptions, parts: EngineParts): Promise<EngineContext> {
  const { paths, images, containers } = parts;
  await makeDirectories(paths);
  const cgroupMode = await detectCgroupMode();
  const sandboxes = new RecordStore<SandboxRecord>(paths.sandboxes);
  const [runtime, rootfsMode, host] = await Promise.all([
    chooseLowLevelRuntime({ preferred: options.runtime, cgroupMode, paths }),
    detectRootfsMode(paths.temporary),
    readHostLimits(process.arch),
    images.start(),
    loadRecords(sandboxes, containers),
    requireConmon(options.conmon ?? 'conmon'),
    options.network.start(),
  ]);
  return {
    paths,
    clock: options.clock,
    logger: options.logger,
    network: options.network,
    runtime,
    conmon: options.conmon ?? 'conmon',
    cgroups: new CgroupTree(cgroupMode),
    cgroupRoot: options.cgroupRoot ?? '',
    rootfsMode,
    host,
    images,
    sandboxes,
    containers,
    events: new EventHub(),
    pipes: new PipePool(join(paths.execs, 'pipes')),
    newId: options.newId ?? (() => randomBytes(32).toString('hex')),
  };
}

async function makeDirectories(paths: EnginePaths): Promise<void> {
  // Leftovers of an interrupted import or exec are of no use to anyone.
  await Promise.all([paths.temporary, paths.execs].map((path) => rm(path, { recursive: true, force: true })));
  const own = [paths.temporary, paths.execs, paths.exits, paths.namespaces];
  await Promise.all(own.map((path) => mkdir(path, { recursive: true, mode: 0o711 })));
}

/** Directories without a record are what a crash left of a container that nobody was told of. */
async function loadRecords(
  sandboxes: RecordStore<SandboxRecord>,
  containers: RecordStore<ContainerRecord>,
): Promise<void> {
  const broken = await containers.load();
  await unmountRootfs(broken);
  const others = await sandboxes.load();
  await Promise.all([...broken, ...others].map((path) => rm(path, { recursive: true, force: true })));
}

async function requireConmon(program: string): Promise<void> {
  const { code } = await runCommand(program, ['--version']);
  if (code !== 0) throw new CriError('FailedPrecondition', `no conmon found: install conmon (tried ${program})`);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
