import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { Cell, Labelled } from '#base/metrics/metric-registry.ts';
import { strategicPatch } from '#client/options.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { disruptionTarget } from '../shared/disrupt-pod.ts';
import { isPodFinished } from '../shared/pods.ts';
import { type Collected, podsToCollect } from './pods-to-collect.ts';

const PERIOD_MS = 20_000;
/** A node may come back under its name. */
const QUARANTINE_MS = 40_000;

/** Every 20 s removes pods that are left over: finished in great number, of nodes that are gone, never scheduled. */
export class PodGarbageCollector implements Runnable {
  readonly name = 'pod-garbage-collector';
  readonly #context: ControllerContext;
  readonly #threshold: number;
  /** Since when nodes that pods name have been missing, on the monotonic clock. */
  readonly #missing = new Map<string, number>();

  readonly #removals: Labelled<Cell> | undefined;
  readonly #failures: Labelled<Cell> | undefined;

  constructor(context: ControllerContext, { terminatedPodThreshold = 12_500 }: ControllersOptions) {
    this.#context = context;
    this.#threshold = terminatedPodThreshold;
    const counter = (name: string, help: string) =>
      context.metrics?.counter(`pod_gc_collector_${name}`, help, ['namespace', 'reason']);
    this.#removals = counter('force_delete_pods_total', 'Pods that were left over and are deleted');
    this.#failures = counter('force_delete_pod_errors_total', 'Pods that were left over and could not be deleted');
    context.informers.of(Pods);
    context.informers.of(Nodes);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#collect(signal);
      await this.#context.clock.sleep(PERIOD_MS, signal).catch(() => {});
    }
  }

  async #collect(signal: AbortSignal): Promise<void> {
    const { informers, clock, logger } = this.#context;
    const nodes = new Map(
      informers
        .of(Nodes)
        .store.list()
        .map((node) => [node.metadata?.name ?? '', node]),
    );
    const pods = informers.of(Pods).store.list();
    const now = clock.monotonic();
    const named = new Set(pods.flatMap(({ spec }) => (spec?.nodeName ? [spec.nodeName] : [])));
    for (const name of this.#missing.keys()) if (nodes.has(name) || !named.has(name)) this.#missing.delete(name);
    for (const name of named) if (!nodes.has(name) && !this.#missing.has(name)) this.#missing.set(name, now);
    const waited = new Set(
      [...this.#missing].filter(([, since]) => now - since >= QUARANTINE_MS).map(([name]) => name),
    );
    const gone = new Set<string>();
    for (const name of waited) if (await this.#isGone(name)) gone.add(name);
    const isGone = (name: string) => gone.has(name);
    for (const one of podsToCollect({ pods, nodes, isGone, terminatedPodThreshold: this.#threshold })) {
      if (signal.aborted) return;
      const values = [one.pod.metadata?.namespace ?? '', one.reason];
      this.#removals?.labels(...values).inc();
      await this.#remove(one).catch((error) => {
        this.#failures?.labels(...values).inc();
        logger.warn('pod not collected', { pod: one.pod.metadata?.name, error });
      });
    }
  }

  /** Asks the server: the copy may be behind. */
  async #isGone(name: string): Promise<boolean> {
    try {
      await this.#context.client.of(Nodes).get(name);
      return false;
    } catch (error) {
      if (isNotFound(error)) return true;
      this.#context.logger.warn('node not looked up', { node: name, error });
      return false;
    }
  }

  async #remove({ pod, reason }: Collected): Promise<void> {
    const { name = '', namespace = '', uid } = pod.metadata ?? {};
    const client = this.#context.client.of(Pods);
    try {
      if (!isPodFinished(pod))
        await client.patch(name, this.#failed(pod, reason), { namespace, subresource: 'status' });
      await client.delete(name, { namespace, gracePeriodSeconds: 0, ...(uid ? { preconditions: { uid } } : {}) });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** A pod that is removed without its kubelet has failed: its controller counts it so. */
  #failed(pod: Pod, reason: Collected['reason']) {
    const { metadata } = pod;
    const observed = metadata?.generation ? { observedGeneration: metadata.generation } : {};
    const why = { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists', ...observed };
    const condition = disruptionTarget(pod, why, this.#context.clock.now());
    const conditions = reason === 'orphaned' ? { conditions: [condition] } : {};
    const status = { phase: 'Failed', ...observed, ...conditions };
    return strategicPatch({ metadata: { uid: metadata?.uid }, status });
  }
}
