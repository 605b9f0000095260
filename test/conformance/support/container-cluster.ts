import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type BusyboxImageOptions, writeDockerArchive } from '#cri/testing/busybox-image.ts';
import { Knarr } from '../../e2e/support/knarr.ts';
import type { Body } from './rest.ts';

type Files = NonNullable<BusyboxImageOptions['layers']>[number];

/** The image of everything that runs: a busybox with files of the test's own. */
export const IMAGE = 'site:1';

/** A cluster with real containers, in a network of its own, and the real kubectl to speak to it. */
export class ContainerCluster {
  readonly knarr: Knarr;
  readonly #archives = mkdtempSync(join(tmpdir(), 'knarr-images-'));

  private constructor(knarr: Knarr) {
    this.knarr = knarr;
  }

  static async start(files: Files): Promise<ContainerCluster> {
    const cluster = new ContainerCluster(await Knarr.up({ isolated: true }));
    const path = join(cluster.#archives, 'site.tar');
    await writeDockerArchive(path, { references: [IMAGE], layers: [files] });
    expect((await cluster.knarr.knarr('image', 'import', path)).code).toBe(0);
    return cluster;
  }

  async stop(): Promise<void> {
    await this.knarr.delete();
    rmSync(this.#archives, { recursive: true, force: true });
  }

  kubectl(...args: string[]): Promise<string> {
    return this.knarr.kubectl(...args);
  }

  async json(...args: string[]): Promise<Body> {
    return JSON.parse(await this.kubectl('get', ...args, '-o', 'json'));
  }

  /** Runs kubectl on objects that come over its standard input. */
  async withManifest(objects: readonly Body[], ...args: string[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    const { code, stderr } = await this.knarr.tryKubectl([...args, '-f', '-'], list);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  }
}
