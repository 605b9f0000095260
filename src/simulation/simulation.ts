import { type Lease, Leases } from '#api/coordination/v1/lease.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { Clock, Timer } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Random } from '#base/random.ts';
import type { Client } from '#client/client.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { keyOf } from '#client/object-store.ts';
import { mergePatch } from '#client/options.ts';
import { isAlreadyExists, isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import { simulatedStatus } from './pod-status.ts';
import { defaultNodeTemplate, type SimulatedNodeTemplate, simulatedNode } from './simulated-node.ts';
import { defaultStages, type PodStage, stageFor } from './stage.ts';

export interface SimulationOptions {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly nodes: number;
  readonly namePrefix?: string;
  readonly template?: SimulatedNodeTemplate;
  readonly stages?: readonly PodStage[];
}

const LEASE_SECONDS = 40;
const RENEW_MS = 10_000;
const LEASE_NAMESPACE = 'kube-node-lease';

/** Nodes that run nothing and report everything: registered, kept alive by leases, their pods led through stages. */
export class Simulation {
  readonly name = 'simulation';
  readonly #options: SimulationOptions;
  /** Where each node stands among the others, by name. */
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #pending = new Map<string, Timer>();
  #addresses = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const { nodes, namePrefix = 'simulated-' } = options;
    this.#indexes = new Map(Array.from({ length: nodes }, (_, index) => [`${namePrefix}${index}`, index]));
    options.informers.of(Pods).addHandler({
      added: (pod) => this.#consider(pod),
      updated: (pod) => this.#consider(pod),
      deleted: (pod) => this.#forget(pod),
    });
  }

  /** Registers the nodes, then simulates until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { informers, clock } = this.#options;
    informers.start(signal);
    await informers.synced();
    await this.#each((name, index) => this.#register(name, index));
    while (!signal.aborted) {
      await this.#each((name) => this.#renew(name));
      await clock.sleep(RENEW_MS, signal).catch(() => {});
    }
    for (const timer of this.#pending.values()) timer.cancel();
  }

  async #each(work: (name: string, index: number) => Promise<void>): Promise<void> {
    await Promise.all(
      [...this.#indexes].map(([name, index]) =>
        work(name, index).catch((error) => this.#options.logger.debug('simulated node', { node: name, error })),
      ),
    );
  }

  async #register(name: string, index: number): Promise<void> {
    const { client, template = defaultNodeTemplate } = this.#options;
    const address = nodeAddress(index);
    try {
      await client.of(Nodes).create(simulatedNode(name, template, { time: this.#now(), address }));
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }

  async #renew(name: string): Promise<void> {
    const leases = this.#options.client.of(Leases);
    const renewTime = new Date(this.#options.clock.now()).toISOString().replace('Z', '000Z');
    try {
      await leases.patch(name, mergePatch({ spec: { renewTime } }), { namespace: LEASE_NAMESPACE });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
      await leases.create({ metadata: { name, namespace: LEASE_NAMESPACE }, spec } as Lease);
    }
  }

  #consider(pod: Pod): void {
    const { clock, random, stages = defaultStages } = this.#options;
    if (!this.#indexes.has(pod.spec?.nodeName ?? '')) return;
    const stage = stageFor(pod, stages);
    const key = keyOf(pod);
    this.#pending.get(key)?.cancel();
    this.#pending.delete(key);
    if (isChanged(pod)) void this.#observe(pod);
    if (stage === undefined) return;
    const delay = stage.delayMs + (stage.jitterMs ?? 0) * random.next();
    const timer = clock.setTimer(delay, () => {
      this.#pending.delete(key);
      void this.#apply(pod, stage);
    });
    this.#pending.set(key, timer);
  }

  #forget(pod: Pod): void {
    this.#pending.get(keyOf(pod))?.cancel();
    this.#pending.delete(keyOf(pod));
  }

  /** Reports that the node has taken notice of a pod's new specification. */
  async #observe({ metadata }: Pod): Promise<void> {
    const { name = '', namespace = '', generation } = metadata ?? {};
    const patch = mergePatch({ metadata: { uid: metadata?.uid }, status: { observedGeneration: generation } });
    try {
      await this.#options.client.of(Pods).patch(name, patch, { namespace, subresource: 'status' });
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return;
      this.#options.logger.warn('simulated pod not observed', { pod: `${namespace}/${name}`, error });
    }
  }

  async #apply(pod: Pod, stage: PodStage): Promise<void> {
    const pods = this.#options.client.of(Pods);
    const { name = '', namespace = '', uid } = pod.metadata ?? {};
    try {
      if (stage.next === 'Deleted') {
        await pods.delete(name, { namespace, gracePeriodSeconds: 0, preconditions: uid ? { uid } : {} });
        return;
      }
      const hostIP = nodeAddress(this.#indexes.get(pod.spec?.nodeName ?? '') ?? 0);
      const podIP = pod.status?.podIP || this.#nextAddress();
      const status = simulatedStatus(pod, stage.next, { time: this.#now(), hostIP, podIP });
      await pods.updateStatus({ ...pod, status }, { namespace });
    } catch (error) {
      // Whoever was faster has made another event, which is considered anew.
      if (isNotFound(error) || isConflict(error)) return;
      this.#options.logger.warn('simulated pod not changed', { pod: `${namespace}/${name}`, stage: stage.name, error });
    }
  }

  #nextAddress(): string {
    const number = ++this.#addresses;
    return `10.${128 + (Math.floor(number / 65_536) % 64)}.${Math.floor(number / 256) % 256}.${number % 256}`;
  }

  #now(): string {
    return `${new Date(this.#options.clock.now()).toISOString().slice(0, 19)}Z`;
  }
}

/** Whether a running pod's specification has changed since its node last spoke of it. */
const isChanged = ({ metadata, status }: Pod): boolean =>
  status?.phase === 'Running' &&
  metadata?.deletionTimestamp === undefined &&
  (metadata?.generation ?? 0) > (status.observedGeneration ?? 0);

const nodeAddress = (index: number): string =>
  `10.${200 + Math.floor(index / 65_536)}.${Math.floor(index / 256) % 256}.${index % 256}`;
