import { join } from 'node:path';
import { CriError, type PodNetworkRequest, type PodSandboxConfig } from '../../runtime.ts';
import type { ContainerService } from '../container/container-service.ts';
import { type EngineContext, requireSandbox } from '../engine-context.ts';
import type { SandboxRecord } from '../records.ts';
import { KeyedMutex } from '../system/keyed-mutex.ts';
import { isAlive, type ProcessIdentity } from '../system/process-identity.ts';
import { startPause, stopPause } from './pause.ts';
import { namespaceDirectory, writeSandboxFiles } from './sandbox-files.ts';
import { createNamespaces, namespacesExist, pinnedNamespaces, removeNamespaces } from './sandbox-namespaces.ts';

/** The life of pod sandboxes. */
export class SandboxService {
  readonly #context: EngineContext;
  readonly #containers: ContainerService;
  readonly #locks = new KeyedMutex();

  constructor(context: EngineContext, containers: ContainerService) {
    this.#context = context;
    this.#containers = containers;
  }

  /** Finds out which sandboxes of an earlier process are still whole. */
  async start(): Promise<void> {
    await Promise.all(
      this.#context.sandboxes.list().map(async (sandbox) => {
        if (sandbox.state === 'CREATING') return this.#undo(sandbox);
        if (sandbox.state !== 'READY' || (await this.#isWhole(sandbox))) return;
        await this.#context.sandboxes.put({ ...sandbox, state: 'NOTREADY' });
      }),
    );
  }

  async #isWhole(sandbox: SandboxRecord): Promise<boolean> {
    const directory = namespaceDirectory(this.#context.paths, sandbox.id);
    const pinned = await namespacesExist(directory, pinnedNamespaces(sandbox.config));
    return pinned && (sandbox.pause === undefined || (await isAlive(sandbox.pause)));
  }

  async run(config: PodSandboxConfig): Promise<string> {
    this.#checkUnused(config);
    const { sandboxes, clock } = this.#context;
    const id = this.#context.newId();
    // Noted first, so that whatever happens the parts can be found and removed.
    const record = await sandboxes.put({ id, config, state: 'CREATING', createdAt: clock.now(), ips: [] });
    try {
      const { ips, pause } = await this.#build(record);
      await sandboxes.put({ ...record, state: 'READY', createdAt: clock.now(), ips, ...(pause && { pause }) });
      return id;
    } catch (error) {
      await this.#undo(record);
      throw new CriError('Unknown', `failed to create pod sandbox: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Builds the parts side by side. All have ended, well or not, when this settles, so that they can be undone. */
  async #build({ id, config }: SandboxRecord): Promise<{ ips: readonly string[]; pause: ProcessIdentity | undefined }> {
    const { cgroups, sandboxes } = this.#context;
    const parent = join('/', this.#context.cgroupRoot, config.cgroupParent);
    const shared = config.namespaces.pid === 'POD';
    const parts = [
      this.#connect(id, config),
      shared ? startPause(this.#context, { id, cgroupsPath: join(parent, id) }) : undefined,
      writeSandboxFiles(sandboxes.directory(id), config),
      config.resources ? cgroups.limit(parent, config.resources) : undefined,
    ] as const;
    await Promise.allSettled(parts);
    const [ips, pause] = await Promise.all(parts);
    return { ips, pause };
  }

  /** The kubelet counts attempts, so that a repeated request cannot make a second sandbox. */
  #checkUnused({ metadata }: PodSandboxConfig): void {
    const same = this.#context.sandboxes
      .list()
      .find(({ config }) => config.metadata.uid === metadata.uid && config.metadata.attempt === metadata.attempt);
    if (same === undefined) return;
    const name = [metadata.name, metadata.namespace, metadata.uid, metadata.attempt].join('_');
    throw new CriError(
      'AlreadyExists',
      `failed to reserve sandbox name "${name}": name "${name}" is reserved for "${same.id}"`,
    );
  }

  async #connect(id: string, config: PodSandboxConfig): Promise<readonly string[]> {
    await createNamespaces(namespaceDirectory(this.#context.paths, id), config);
    if (config.namespaces.network === 'NODE') return [];
    try {
      return (await this.#context.network.attach(this.#networkRequest(id, config))).ips;
    } catch (error) {
      throw new CriError('Unknown', `failed to setup network for sandbox "${id}": ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  async #undo({ id, config }: SandboxRecord): Promise<void> {
    try {
      await this.#teardown(id, config);
      await this.#context.sandboxes.delete(id);
    } catch (error) {
      this.#context.logger.error('Sandbox could not be undone', { sandbox: id, error });
    }
  }

  async #teardown(id: string, config: PodSandboxConfig): Promise<void> {
    await stopPause(this.#context, id);
    if (config.namespaces.network !== 'NODE') await this.#context.network.detach(this.#networkRequest(id, config));
    await removeNamespaces([namespaceDirectory(this.#context.paths, id)]);
  }

  #networkRequest(id: string, config: PodSandboxConfig): PodNetworkRequest {
    return {
      sandboxId: id,
      netnsPath: join(namespaceDirectory(this.#context.paths, id), 'net'),
      podName: config.metadata.name,
      podNamespace: config.metadata.namespace,
      podUid: config.metadata.uid,
      portMappings: (config.portMappings ?? []).filter(({ hostPort }) => hostPort > 0),
    };
  }

  async stop(sandboxId: string): Promise<void> {
    const found = this.#context.sandboxes.find(sandboxId);
    if (found === undefined) return;
    await this.#locks.run(found.id, async () => {
      const sandbox = this.#context.sandboxes.get(found.id);
      if (sandbox === undefined) return;
      await Promise.all(this.#containersOf(sandbox).map(({ id }) => this.#containers.stop(id, 0)));
      await this.#teardown(sandbox.id, sandbox.config);
      const { pause: _, ...rest } = sandbox;
      await this.#context.sandboxes.put({ ...rest, state: 'NOTREADY' });
    });
  }

  async remove(sandboxId: string): Promise<void> {
    const sandbox = this.#context.sandboxes.find(sandboxId);
    if (sandbox === undefined) return;
    await this.stop(sandbox.id);
    await this.#locks.run(sandbox.id, async () => {
      await Promise.all(this.#containersOf(sandbox).map(({ id }) => this.#containers.remove(id)));
      await this.#context.sandboxes.delete(sandbox.id);
      await this.#removeCgroup(sandbox.config.cgroupParent);
    });
  }

  /** The pod's control group goes with its last sandbox. */
  async #removeCgroup(cgroupParent: string): Promise<void> {
    const parent = join('/', this.#context.cgroupRoot, cgroupParent);
    const shared = this.#context.sandboxes.list().some(({ config }) => config.cgroupParent === cgroupParent);
    if (!shared && parent !== '/') await this.#context.cgroups.remove(parent);
  }

  #containersOf(sandbox: SandboxRecord) {
    return this.#context.containers.list().filter(({ sandboxId }) => sandboxId === sandbox.id);
  }

  require(sandboxId: string): SandboxRecord {
    return requireSandbox(this.#context, sandboxId);
  }
}
