import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { Informer } from '#client/informer.ts';
import type { ContainerStatus } from '#cri/runtime.ts';
import { POD_TERMINATION_GRACE_PERIOD, POD_UID_LABEL } from '../names.ts';
import { uidOf } from '../pod-parts.ts';
import { admitPod } from './admit-pod.ts';
import type { PodContext } from './pod-context.ts';
import { PodWorker } from './pod-worker.ts';

const HOUSEKEEPING_MS = 60_000;
const SETTLE_MS = 1000;

/** Keeps a worker for every pod of this node, and takes away what belongs to no pod. */
export class PodManager {
  readonly #context: PodContext;
  readonly #signal: AbortSignal;
  readonly #informer: Informer<Pod>;
  readonly #workers = new Map<string, PodWorker>();

  constructor(context: PodContext, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
    this.#informer = new Informer<Pod>(context.client.of<Pod>(Pods), {
      fieldSelector: `spec.nodeName=${context.nodeName}`,
      clock: context.clock,
      logger: context.logger,
    });
  }

  /** Runs until the signal aborts; containers keep running. */
  async run(): Promise<void> {
    this.#informer.addHandler({
      added: (pod) => this.#add(pod),
      updated: (pod, old) => {
        if (uidOf(pod) !== uidOf(old)) this.#removed(old);
        this.#add(pod);
      },
      deleted: (pod) => this.#removed(pod),
    });
    const informing = this.#informer.run(this.#signal);
    await Promise.all([informing, this.#watchContainers(), this.#keepHouse()]);
    const idle = Promise.all([...this.#workers.values()].map((worker) => worker.idle()));
    // Containers that take their time to stop are left to the next kubelet.
    await Promise.race([idle, this.#context.clock.sleep(SETTLE_MS)]);
  }

  /** Resolves after the first list of pods. */
  synced(): Promise<void> {
    return this.#informer.synced();
  }

  /** Pods with the status that the kubelet knows. */
  list(): Pod[] {
    return [...this.#workers.values()].map((worker) => worker.current);
  }

  find(namespace: string, name: string): Pod | undefined {
    return this.list().find(({ metadata }) => metadata?.namespace === namespace && metadata.name === name);
  }

  wake(podUid: string): void {
    this.#workers.get(podUid)?.wake();
  }

  has(podUid: string): boolean {
    return this.#workers.has(podUid);
  }

  #add(pod: Pod): void {
    const uid = uidOf(pod);
    const known = this.#workers.get(uid);
    if (known) return known.update(pod);
    const worker = new PodWorker(this.#context, pod, {
      signal: this.#signal,
      admit: (candidate) =>
        admitPod(candidate, {
          others: this.#others(uid),
          allocatable: this.#context.allocatable(),
        }),
      onGone: (gone) => {
        if (this.#workers.get(gone.uid) === gone) this.#workers.delete(gone.uid);
        this.#removeLogs(gone.pod).catch((error) => this.#context.logger.warn('logs not removed', { error }));
      },
    });
    this.#workers.set(uid, worker);
    worker.wake();
  }

  /** The pods beside one that take room on the node. */
  #others(uid: string): Pod[] {
    const workers = [...this.#workers.values()];
    return workers.filter((worker) => worker.uid !== uid && worker.takesRoom).map((worker) => worker.current);
  }

  #removed(pod: Pod): void {
    this.#workers.get(uidOf(pod))?.remove(pod);
  }

  async #removeLogs(pod: Pod): Promise<void> {
    await rm(this.#context.directories.podLogs(pod), { recursive: true, force: true });
  }

  async #watchContainers(): Promise<void> {
    for await (const { podUid } of this.#context.runtime.containerEvents(this.#signal)) this.wake(podUid);
  }

  async #keepHouse(): Promise<void> {
    await this.#informer.synced().catch(() => {});
    while (!this.#signal.aborted) {
      await this.#removeOrphans().catch((error) =>
        this.#context.logger.warn('orphans not removed, will retry', { error }),
      );
      await this.#context.clock.sleep(HOUSEKEEPING_MS, this.#signal).catch(() => {});
      for (const worker of this.#workers.values()) worker.wake();
    }
  }

  /** Ends sandboxes of pods that nobody knows (deleted while no kubelet ran) and removes their files. */
  async #removeOrphans(): Promise<void> {
    const { runtime, volumes, directories } = this.#context;
    const isOrphan = (uid: string | undefined) => uid !== undefined && !this.#workers.has(uid);
    const containers = (await runtime.listContainers()).filter(({ labels }) => isOrphan(labels[POD_UID_LABEL]));
    await Promise.all(containers.map((status) => this.#stopOrphan(status)));
    for (const { id } of containers) await runtime.removeContainer(id);
    for (const { id, metadata } of await runtime.listPodSandboxes()) {
      if (!isOrphan(metadata.uid)) continue;
      await runtime.stopPodSandbox(id);
      await runtime.removePodSandbox(id);
    }
    for (const uid of await namesIn(directories.pods)) if (isOrphan(uid)) await volumes.remove(uid);
    for (const name of await namesIn(directories.logs)) {
      const uid = name.split('_')[2];
      if (isOrphan(uid)) await rm(join(directories.logs, name), { recursive: true, force: true });
    }
  }

  async #stopOrphan({ id, state, annotations }: ContainerStatus): Promise<void> {
    if (state !== 'RUNNING') return;
    await this.#context.runtime.stopContainer(id, Number(annotations[POD_TERMINATION_GRACE_PERIOD] ?? 30));
  }
}

const namesIn = (directory: string): Promise<string[]> =>
  readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
