import { readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { ContainerRuntime, ContainerStatus } from '#cri/runtime.ts';
import type { ImageManager } from '../images/image-manager.ts';
import { CONTAINER_NAME_LABEL, POD_UID_LABEL } from '../names.ts';
import { imagesToRemove } from './images-to-remove.ts';

export interface GarbageCollectorOptions {
  readonly runtime: ContainerRuntime;
  readonly images: ImageManager;
  readonly clock: Clock;
  readonly logger: Logger;
}

const CONTAINERS_MS = 60_000;
const LOGS_MS = 10_000;
const IMAGES_MS = 300_000;
const MAX_LOG_BYTES = 10 * 1024 * 1024;
const MAX_LOG_FILES = 5;

/** Keeps the disk from filling: dead containers, long logs, images that nobody uses. */
export class GarbageCollector {
  readonly #options: GarbageCollectorOptions;

  constructor(options: GarbageCollectorOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#every(CONTAINERS_MS, () => this.collectContainers(), signal),
      this.#every(CONTAINERS_MS, () => this.collectSandboxes(), signal),
      this.#every(LOGS_MS, () => this.rotateLogs(), signal),
      this.#every(IMAGES_MS, () => this.collectImages(), signal),
    ]);
  }

  /** Keeps the newest dead attempt of each container, and its log. */
  async collectContainers(): Promise<void> {
    const { runtime } = this.#options;
    const dead = (await runtime.runtime.listContainers({ state: 'EXITED' })).toSorted(
      (a, b) => b.createdAt - a.createdAt,
    );
    const seen = new Set<string>();
    for (const status of dead) {
      const key = `${status.labels[POD_UID_LABEL]}/${status.labels[CONTAINER_NAME_LABEL]}`;
      if (seen.has(key)) {
        await runtime.runtime.removeContainer(status.id);
        await this.#removeLog(status);
      }
      seen.add(key);
    }
  }

  /** Removes sandboxes that a newer one of the same pod has replaced, once no container of theirs is kept. */
  async collectSandboxes(): Promise<void> {
    const { runtime } = this.#options.runtime;
    const [sandboxes, containers] = await Promise.all([runtime.listPodSandboxes(), runtime.listContainers()]);
    const used = new Set(containers.map(({ sandboxId }) => sandboxId));
    const newest = new Map<string, number>();
    for (const { metadata } of sandboxes) {
      newest.set(metadata.uid, Math.max(metadata.attempt, newest.get(metadata.uid) ?? 0));
    }
    for (const { id, metadata, state } of sandboxes) {
      const isReplaced = metadata.attempt < (newest.get(metadata.uid) ?? 0);
      if (isReplaced && state === 'NOTREADY' && !used.has(id)) await runtime.removePodSandbox(id);
    }
  }

  /** Rotates logs that have grown past 10 MiB; five files a container are kept. */
  async rotateLogs(): Promise<void> {
    const { runtime, clock } = this.#options;
    for (const { id, logPath } of await runtime.runtime.listContainers({ state: 'RUNNING' })) {
      const size = await stat(logPath).then(
        (stats) => stats.size,
        () => 0,
      );
      if (size < MAX_LOG_BYTES) continue;
      const rotated = `${logPath}.${new Date(clock.now()).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}`;
      await rename(logPath, rotated);
      await runtime.runtime.reopenContainerLog(id);
      await this.#removeOldLogs(logPath);
    }
  }

  /** Above 85 % of the disk, removes the images that were not used for longest until it is below 80 %. */
  async collectImages(): Promise<void> {
    const { runtime, images } = this.#options;
    const { mountpoint } = await runtime.images.fsInfo();
    const { blocks, bavail, bsize } = await statfs(mountpoint);
    const [present, containers] = await Promise.all([runtime.images.listImages(), runtime.runtime.listContainers()]);
    const inUse = new Set(containers.flatMap(({ imageRef, image }) => [imageRef, image]));
    const remove = imagesToRemove({
      capacityBytes: blocks * bsize,
      availableBytes: bavail * bsize,
      images: present,
      isInUse: ({ id, repoTags, repoDigests }) => [id, ...repoTags, ...repoDigests].some((name) => inUse.has(name)),
      lastUsed: (image) => images.lastUsed.get(image.id) ?? 0,
    });
    for (const image of remove) {
      await runtime.images.removeImage(image.id);
      images.lastUsed.delete(image.id);
    }
  }

  async #removeLog({ logPath }: ContainerStatus): Promise<void> {
    const directory = dirname(logPath);
    const base = logPath.slice(directory.length + 1);
    const names = await readdir(directory).catch(() => []);
    for (const name of names)
      if (name === base || name.startsWith(`${base}.`)) await rm(join(directory, name), { force: true });
  }

  async #removeOldLogs(logPath: string): Promise<void> {
    const directory = dirname(logPath);
    const base = logPath.slice(directory.length + 1);
    const rotated = (await readdir(directory)).filter((name) => name.startsWith(`${base}.`)).sort();
    for (const name of rotated.slice(0, Math.max(0, rotated.length - (MAX_LOG_FILES - 1)))) {
      await rm(join(directory, name), { force: true });
    }
  }

  async #every(milliseconds: number, work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(milliseconds, signal).catch(() => {});
      if (signal.aborted) return;
      await work().catch((error) => logger.warn('garbage not collected, will retry', { error }));
    }
  }
}
