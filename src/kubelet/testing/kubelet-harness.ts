import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { type Logger, silentLogger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import type { ContainerRuntime } from '#cri/runtime.ts';
import { isAlreadyExists } from '#machinery/errors/status-error.ts';
import { createKubelet, type Kubelet } from '../kubelet.ts';
import type { KubeletServing } from '../options.ts';

/** The API server to use: the in-process cluster, in practice. */
export interface HarnessCluster {
  readonly client: Client;
  stop(): Promise<void>;
}

export interface HarnessOptions {
  readonly cluster: HarnessCluster;
  readonly runtime: ContainerRuntime;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly serving?: KubeletServing;
}

const NODE = 'node-1';
const NAMESPACE = 'default';

const GIVE_UP_MS = 25_000;

/** Resolves with the first value that is not undefined; the test's own wall clock bounds the wait. */
async function poll<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + GIVE_UP_MS;
  while (performance.now() < end) {
    const value = await probe();
    if (value !== undefined) return value;
    await sleep(5);
  }
  throw new Error(`wait for ${what}: not so after ${GIVE_UP_MS} ms`);
}

/** A kubelet in this process, over any runtime, for tests. */
export class KubeletHarness {
  readonly cluster: HarnessCluster;
  /** `type reason message` of every event, in order. */
  readonly events: string[] = [];
  readonly root: string;
  kubelet!: Kubelet;
  readonly #options: HarnessOptions;
  #stop = new AbortController();
  #run: Promise<void> = Promise.resolve();

  private constructor(root: string, options: HarnessOptions) {
    this.cluster = options.cluster;
    this.root = root;
    this.#options = options;
  }

  static async start(options: HarnessOptions): Promise<KubeletHarness> {
    const root = await mkdtemp(join(tmpdir(), 'knarr-kubelet-'));
    const harness = new KubeletHarness(root, options);
    const account = { metadata: { name: 'default', namespace: NAMESPACE } };
    await options.cluster.client
      .of(ServiceAccounts)
      .create(account)
      .catch((error) => {
        // A cluster with controllers makes it by itself.
        if (!isAlreadyExists(error)) throw error;
      });
    await harness.startKubelet();
    return harness;
  }

  get pods() {
    return this.cluster.client.of<Pod>(Pods);
  }

  async startKubelet(): Promise<void> {
    const { runtime, clock = systemClock, logger = silentLogger, serving } = this.#options;
    this.#stop = new AbortController();
    this.kubelet = createKubelet({
      client: this.cluster.client,
      runtime,
      events: { record: (_, type, reason, message) => this.events.push(`${type} ${reason} ${message}`) },
      clock,
      logger,
      nodeName: NODE,
      nodeAddresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      rootDirectory: this.root,
      clusterDns: ['10.96.0.10'],
      clusterDomain: 'cluster.local',
      resolvConf: 'nameserver 192.0.2.1\n',
      ...(serving ? { serving } : {}),
    });
    this.#run = this.kubelet.run(this.#stop.signal);
    await this.kubelet.ready();
  }

  /** Ends the kubelet as its process ends; containers keep running. */
  async stopKubelet(): Promise<void> {
    this.#stop.abort();
    await this.#run;
  }

  async stop(): Promise<void> {
    await this.stopKubelet();
    await this.cluster.stop();
    await rm(this.root, { recursive: true, force: true });
  }

  /** Creates a pod on the node, without a service account token. */
  create(
    name: string,
    spec: Partial<NonNullable<Pod['spec']>>,
    metadata: Partial<NonNullable<Pod['metadata']>> = {},
  ): Promise<Pod> {
    return this.pods.create({
      metadata: { name, namespace: NAMESPACE, ...metadata },
      spec: { nodeName: NODE, automountServiceAccountToken: false, containers: [], ...spec },
    });
  }

  get(name: string): Promise<Pod> {
    return this.pods.get(name, { namespace: NAMESPACE });
  }

  delete(name: string, gracePeriodSeconds?: number): Promise<unknown> {
    return this.pods.delete(name, {
      namespace: NAMESPACE,
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    });
  }

  /** Waits until a pod is as a test wants it. */
  until(name: string, test: (pod: Pod) => boolean): Promise<Pod> {
    let last: Pod | undefined;
    return poll(`pod ${name}`, async () => {
      last = await this.get(name);
      return test(last) ? last : undefined;
    }).catch((error) => {
      throw new Error(`${error.message}\n${JSON.stringify(last?.status, null, 1)}\n${this.events.join('\n')}`);
    });
  }

  gone(name: string): Promise<true> {
    return poll(`the end of pod ${name}`, async () => {
      const { items } = await this.pods.list({ namespace: NAMESPACE });
      return items.every((pod) => pod.metadata?.name !== name) || undefined;
    });
  }
}
