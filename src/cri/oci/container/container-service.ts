import { constants } from 'node:os';
import { join } from 'node:path';
import { type Deferred, deferred } from '#base/deferred.ts';
import {
  type ContainerConfig,
  type ContainerStats,
  CriError,
  type LinuxContainerResources,
  type PodSandboxConfig,
} from '../../runtime.ts';
import { type EngineContext, emitContainerEvent, requireContainer, requireSandbox } from '../engine-context.ts';
import type { ContainerRecord, SandboxRecord } from '../records.ts';
import { toOciResources } from '../spec/build-container-spec.ts';
import { isErrno, readTextFile, writeJsonFile } from '../system/atomic-file.ts';
import { KeyedMutex } from '../system/keyed-mutex.ts';
import { identifyProcess, isAlive, signalProcess } from '../system/process-identity.ts';
import { runChecked, runCommand } from '../system/run-command.ts';
import { conmonIsAlive, reopenLog, startConmon } from './conmon.ts';
import { type ContainerExit, ExitWatcher } from './exit-watcher.ts';
import { logPathOf, prepareContainer } from './prepare-container.ts';
import { unmountRootfs, writtenBytes } from './rootfs.ts';

/** The life of containers: create, start, stop, remove, and what happens when one ends by itself. */
export class ContainerService {
  readonly #context: EngineContext;
  readonly #exits: ExitWatcher;
  readonly #locks = new KeyedMutex();
  /** Resolved when the container has ended. */
  readonly #endings = new Map<string, Deferred<void>>();
  #closed = false;

  constructor(context: EngineContext) {
    this.#context = context;
    this.#exits = new ExitWatcher(context.paths.exits, context.logger);
  }

  /** Watches for ends and finds out what happened to the containers of an earlier process. */
  async start(): Promise<void> {
    await this.#exits.start((id) => {
      if (this.#context.containers.get(id) !== undefined) void this.#settleInBackground(id);
    });
    await Promise.all(this.#context.containers.list().map(({ id }) => this.#recover(id)));
    await this.#exits.sweep((id) => this.#context.containers.get(id) !== undefined);
  }

  close(): void {
    this.#closed = true;
    this.#exits.close();
  }

  async create(sandboxId: string, config: ContainerConfig, sandboxConfig: PodSandboxConfig): Promise<string> {
    const context = this.#context;
    const sandbox = requireSandbox(context, sandboxId);
    if (sandbox.state !== 'READY') {
      throw new CriError('FailedPrecondition', `failed to create container: sandbox "${sandbox.id}" is not running`);
    }
    const image = context.images.find(config.image);
    if (image === undefined) {
      throw new CriError(
        'NotFound',
        `failed to create containerd container: error unpacking image: failed to resolve image "${config.image}": not found`,
      );
    }
    const id = context.newId();
    const cgroupsPath = join('/', context.cgroupRoot, sandboxConfig.cgroupParent, id);
    try {
      await prepareContainer(context, { id, sandbox, config, image, cgroupsPath });
      const record = await context.containers.put(newRecord({ id, sandbox, config, cgroupsPath }, context, image));
      emitContainerEvent(context, 'CREATED', record);
    } catch (error) {
      await this.#discard(id);
      throw error;
    }
    return id;
  }

  startContainer(containerId: string): Promise<void> {
    const { id } = requireContainer(this.#context, containerId);
    return this.#locks.run(id, async () => {
      const record = requireContainer(this.#context, id);
      if (record.state !== 'CREATED') {
        throw new CriError('FailedPrecondition', `container "${id}" is in ${stateName(record)} state`);
      }
      await this.#launch(record);
    });
  }

  async #launch(record: ContainerRecord): Promise<void> {
    const { containers, clock } = this.#context;
    const bundle = containers.directory(record.id);
    try {
      const { pid } = await startConmon({
        program: this.#context.conmon,
        runtimeProgram: this.#context.runtime.createProgram,
        containerId: record.id,
        bundle,
        logPath: record.logPath,
        exitDirectory: this.#context.paths.exits,
        tty: record.config.tty,
        stdin: record.config.stdin,
        keepStdinOpen: record.config.stdin && !record.config.stdinOnce,
      });
      const process = await identifyProcess(pid);
      const running = { ...record, state: 'RUNNING' as const, startedAt: clock.now(), ...(process && { process }) };
      const written = containers.put(running);
      // At once: its end may be seen while the note of its start is still on its way to the disk.
      emitContainerEvent(this.#context, 'STARTED', running);
      await written;
      await this.#settle(record.id);
    } catch (error) {
      throw await this.#startFailed(record, error as Error);
    }
  }

  async #startFailed(record: ContainerRecord, error: Error): Promise<CriError> {
    const prefix = 'failed to create containerd task: failed to create shim task: OCI runtime create failed';
    const message = `${prefix}: ${error.message}: unknown`;
    const now = this.#context.clock.now();
    const failed = {
      ...record,
      state: 'EXITED' as const,
      startedAt: now,
      finishedAt: now,
      exitCode: 128,
      reason: 'StartError',
      message,
    };
    await this.#context.containers.put(failed);
    await this.#release(failed);
    emitContainerEvent(this.#context, 'STOPPED', failed);
    return new CriError('Unknown', message, { cause: error });
  }

  /** Takes an exit file into the record, if there is one. Called with and without the container's lock: reads, then decides at once. */
  async #settle(id: string, fallback?: ContainerExit): Promise<boolean> {
    const exit = (await this.#exits.read(id)) ?? fallback;
    const record = this.#context.containers.get(id);
    if (exit === undefined || record === undefined || record.state === 'CREATED') return false;
    if (record.state === 'EXITED') return true;
    const kills = await this.#context.cgroups.outOfMemoryKills(record.cgroupsPath);
    const current = this.#context.containers.get(id);
    if (current?.state !== 'RUNNING') return current?.state === 'EXITED';
    const ended: ContainerRecord = {
      ...current,
      state: 'EXITED',
      exitCode: exit.exitCode,
      finishedAt: Math.max(exit.finishedAt, current.startedAt),
      reason: kills > 0 ? 'OOMKilled' : (exit.reason ?? (exit.exitCode === 0 ? 'Completed' : 'Error')),
    };
    const written = this.#context.containers.put(ended);
    await this.#killRest(ended);
    await written;
    this.#endings.get(id)?.resolve();
    this.#endings.delete(id);
    emitContainerEvent(this.#context, 'STOPPED', ended);
    return true;
  }

  /** For what nobody waits for: an end that the exit watch saw. */
  async #settleInBackground(id: string): Promise<void> {
    try {
      if (!(await this.#settle(id)) || this.#closed) return;
      await this.#locks.run(id, async () => {
        const record = this.#context.containers.get(id);
        if (record !== undefined) await this.#release(record);
      });
    } catch (error) {
      this.#context.logger.error('Container end could not be recorded', { container: id, error });
    }
  }

  /** In a shared PID namespace the kernel does not end the other processes with the first one. */
  async #killRest(record: ContainerRecord): Promise<void> {
    if (!record.sharesPidNamespace) return;
    for (const pid of await this.#context.cgroups.processes(record.cgroupsPath)) kill(pid);
  }

  /** Makes the runtime forget an ended container and frees its control group. */
  async #release(record: ContainerRecord): Promise<void> {
    if (record.released) return;
    const { runtime, cgroups, containers } = this.#context;
    await runCommand(runtime.program, [...runtime.globalArgs, 'delete', '--force', record.id]);
    await cgroups.remove(record.cgroupsPath);
    await this.#exits.forget(record.id);
    if (containers.get(record.id) === record) await containers.put({ ...record, released: true });
  }

  async #recover(id: string): Promise<void> {
    let record = this.#context.containers.get(id)!;
    if (record.state === 'CREATED') {
      // The process may have been killed between the start and the note of it.
      const pid = await readTextFile(join(this.#context.containers.directory(id), 'pid'));
      if (pid === undefined) return;
      const process = await identifyProcess(Number(pid));
      const ownProcess = process && (await this.#belongs(Number(pid), record)) ? { process } : {};
      record = await this.#context.containers.put({
        ...record,
        state: 'RUNNING',
        startedAt: record.createdAt,
        ...ownProcess,
      });
    }
    if (!(await this.#settle(id))) await this.#verify(record);
    const settled = this.#context.containers.get(id)!;
    if (settled.state === 'EXITED') await this.#release(settled);
  }

  /**
   * Looks whether containers that should be running still are: when conmon has been killed with them, nobody tells. A
   * process that has ended while its conmon lives is about to get its exit file.
   */
  async verify(records: readonly ContainerRecord[]): Promise<void> {
    await Promise.all(records.map((record) => this.#verify(record)));
  }

  async #verify(record: ContainerRecord): Promise<void> {
    if (record.state !== 'RUNNING' || (record.process !== undefined && (await isAlive(record.process)))) return;
    if (await conmonIsAlive(this.#context.containers.directory(record.id), record.id)) return;
    const lost = { exitCode: 255, finishedAt: this.#context.clock.now(), reason: 'Unknown' };
    if (await this.#settle(record.id, lost)) void this.#settleInBackground(record.id);
  }

  async #belongs(pid: number, record: ContainerRecord): Promise<boolean> {
    const groups = (await readTextFile(`/proc/${pid}/cgroup`).catch(() => '')) ?? '';
    return groups.includes(record.id);
  }

  async stop(containerId: string, timeoutSeconds: number): Promise<void> {
    const record = this.#context.containers.find(containerId);
    if (record?.state !== 'RUNNING') return;
    const ended = this.#ending(record.id);
    // The exit file may be there already with its event on the way.
    if (await this.#settle(record.id)) return;
    if (timeoutSeconds > 0) {
      await this.#signal(record, record.stopSignal);
      if (await this.#endsWithin(ended, timeoutSeconds)) return;
    }
    await this.#signal(record, 'SIGKILL');
    if (record.sharesPidNamespace) await this.#killRest(record);
    if (!(await this.#endsWithin(ended, KILL_SECONDS))) await this.#giveUp(record);
  }

  #ending(id: string): Promise<void> {
    let ending = this.#endings.get(id);
    if (ending === undefined) this.#endings.set(id, (ending = deferred()));
    return ending.promise;
  }

  async #endsWithin(ended: Promise<void>, seconds: number): Promise<boolean> {
    const abort = new AbortController();
    const timedOut = this.#context.clock.sleep(seconds * 1000, abort.signal).then(
      () => false,
      () => true,
    );
    const result = await this.#exits.keepAliveDuring(() => Promise.race([ended.then(() => true), timedOut]));
    abort.abort();
    return result;
  }

  async #signal(record: ContainerRecord, signal: string): Promise<void> {
    if (record.process !== undefined) await signalProcess(record.process, signalNumber(signal));
  }

  /** conmon was killed too, so that no exit file will come; or the process hangs in the kernel. */
  async #giveUp(record: ContainerRecord): Promise<void> {
    if (record.process !== undefined && (await isAlive(record.process))) {
      throw new CriError('DeadlineExceeded', `failed to kill container "${record.id}": context deadline exceeded`);
    }
    await this.#settle(record.id, { exitCode: 137, finishedAt: this.#context.clock.now() });
  }

  async remove(containerId: string): Promise<void> {
    const found = this.#context.containers.find(containerId);
    if (found === undefined) return;
    await this.stop(found.id, 0);
    await this.#locks.run(found.id, async () => {
      const record = this.#context.containers.get(found.id);
      if (record === undefined) return;
      await this.#release(record);
      await this.#discard(record.id);
      emitContainerEvent(this.#context, 'DELETED', record);
    });
  }

  async #discard(id: string): Promise<void> {
    if (this.#context.rootfsMode === 'overlay') await unmountRootfs([this.#context.containers.directory(id)]);
    await this.#context.containers.delete(id);
  }

  async stats(containerId: string): Promise<ContainerStats> {
    const { cgroups, clock, containers, rootfsMode } = this.#context;
    const record = requireContainer(this.#context, containerId);
    const [usage, writableLayerBytes] = await Promise.all([
      cgroups.usage(record.cgroupsPath),
      writtenBytes(containers.directory(record.id), rootfsMode),
    ]);
    return { timestamp: clock.now(), ...usage, writableLayerBytes };
  }

  async update(containerId: string, resources: LinuxContainerResources): Promise<void> {
    const record = requireContainer(this.#context, containerId);
    const config = { ...record.config, resources: { ...record.config.resources, ...resources } };
    if (record.state === 'RUNNING') {
      const { runtime } = this.#context;
      const path = join(this.#context.containers.directory(record.id), 'resources.json');
      await writeJsonFile(path, toOciResources(resources));
      await runChecked(runtime.program, [...runtime.globalArgs, 'update', '--resources', path, record.id]);
    }
    await this.#context.containers.put({ ...requireContainer(this.#context, record.id), config });
  }

  async reopenLog(containerId: string): Promise<void> {
    const record = requireContainer(this.#context, containerId);
    if (record.state !== 'RUNNING') throw new CriError('FailedPrecondition', 'container is not running');
    await reopenLog(this.#context.containers.directory(record.id));
  }
}

/** How long a killed process may take to be gone. */
const KILL_SECONDS = 30;

function newRecord(
  made: { id: string; sandbox: SandboxRecord; config: ContainerConfig; cgroupsPath: string },
  context: EngineContext,
  image: { id: string; digests: readonly string[]; layers: readonly string[]; config: { StopSignal?: string } },
): ContainerRecord {
  const namespaces = { ...made.sandbox.config.namespaces, ...made.config.security?.namespaces };
  return {
    id: made.id,
    sandboxId: made.sandbox.id,
    config: made.config,
    state: 'CREATED',
    createdAt: context.clock.now(),
    startedAt: 0,
    finishedAt: 0,
    exitCode: 0,
    reason: '',
    message: '',
    imageRef: image.digests[0] ?? image.id,
    layers: image.layers,
    cgroupsPath: made.cgroupsPath,
    logPath: logPathOf(made.sandbox, made.config),
    stopSignal: made.config.stopSignal || image.config.StopSignal || 'SIGTERM',
    sharesPidNamespace: namespaces.pid !== 'CONTAINER',
    released: false,
  };
}

/** Number of a signal named `SIGTERM`, `TERM`, `15` or `SIGRTMIN+3`; SIGTERM for what is none. */
export function signalNumber(name: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  const upper = name.toUpperCase().startsWith('SIG') ? name.toUpperCase() : `SIG${name.toUpperCase()}`;
  const realTime = /^SIGRTMIN(?:\+(\d+))?$/.exec(upper);
  if (realTime !== null) return 34 + Number(realTime[1] ?? 0);
  return (constants.signals as Record<string, number>)[upper] ?? constants.signals.SIGTERM;
}

function stateName({ state }: ContainerRecord): string {
  return `CONTAINER_${state}`;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error;
  }
}
