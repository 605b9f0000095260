import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { Random } from '#base/random.ts';
import type { Client } from '#client/client.ts';
import type { EventRecorder } from '#client/event-recorder.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { strategicPatch } from '#client/options.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ClusterEvent } from './framework/cluster-event.ts';
import { fitErrorMessage } from './framework/fit-error.ts';
import { type Diagnosis, Framework } from './framework/framework.ts';
import type { Cycle, Plugin } from './framework/plugin.ts';
import { defaultPlugins } from './plugins/default-plugins.ts';
import { type QueuedPod, SchedulingQueue } from './queue/scheduling-queue.ts';
import { type AttemptObserver, type AttemptResult, createSchedulerMetrics } from './scheduler-metrics.ts';
import { NodeState } from './state/node-state.ts';
import { createPodInfo, type PodInfo } from './state/pod-info.ts';

export interface SchedulerOptions {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The pods it is responsible for, by their schedulerName. */
  readonly schedulerName?: string;
  readonly plugins?: readonly Plugin[];
  /** Where decisions are measured, if anybody asks for that. */
  readonly metrics?: MetricRegistry;
}

/** Bindings under way at once; the next cycle does not wait for them. */
const MAX_BINDINGS = 256;

/** Assigns pods to nodes: one decision at a time, bindings in the background. */
export class Scheduler {
  readonly name = 'scheduler';
  readonly #options: SchedulerOptions & { readonly schedulerName: string };
  readonly #framework: Framework;
  readonly #state = new NodeState();
  readonly #queue: SchedulingQueue;
  readonly #bindings = new Set<Promise<void>>();
  readonly #attempted: AttemptObserver;

  constructor(options: SchedulerOptions) {
    this.#options = { schedulerName: 'default-scheduler', ...options };
    this.#framework = new Framework(options.plugins ?? defaultPlugins);
    this.#queue = new SchedulingQueue({
      clock: options.clock,
      order: (a, b) => this.#framework.order(a, b),
      pluginsOf: (event) => this.#framework.pluginsOf(event),
    });
    const { metrics, schedulerName } = this.#options;
    this.#attempted = metrics ? createSchedulerMetrics(metrics, schedulerName, this.#queue) : () => {};
    this.#follow();
  }

  /** Schedules until the signal aborts; resolves when the bindings under way have ended. */
  async run(signal: AbortSignal): Promise<void> {
    const { informers, clock } = this.#options;
    informers.start(signal);
    await informers.synced();
    signal.addEventListener('abort', () => this.#queue.close(), { once: true });
    if (signal.aborted) this.#queue.close();
    for (let pod = await this.#queue.next(); pod !== undefined; pod = await this.#queue.next()) {
      const startedAt = clock.monotonic();
      const result = this.#scheduleOne(pod, signal);
      this.#attempted(result, (clock.monotonic() - startedAt) / 1000);
      if (this.#bindings.size >= MAX_BINDINGS) await Promise.race(this.#bindings);
    }
    await Promise.all(this.#bindings);
  }

  #scheduleOne(queued: QueuedPod, signal: AbortSignal): AttemptResult {
    const { info } = queued;
    const cycle: Cycle = { pod: info, nodes: this.#state.list(), state: new Map() };
    const outcome = this.#framework.filter(cycle);
    if (!outcome.fits) return this.#refuse(queued, outcome.diagnosis);
    const nodeName = this.#select(cycle, outcome.nodes);
    this.#state.assume(info, nodeName);
    const refused = this.#framework.reserve(cycle, nodeName);
    if (refused) {
      this.#state.forget(info.uid);
      return this.#refuse(queued, {
        nodeCount: cycle.nodes.length,
        verdicts: [refused],
        plugins: new Set([refused.plugin]),
      });
    }
    const binding = this.#bind(cycle, queued, { nodeName, signal }).finally(() => this.#bindings.delete(binding));
    this.#bindings.add(binding);
    return 'scheduled';
  }

  /** The node with the highest score; of several, any. */
  #select(cycle: Cycle, nodes: readonly { readonly name: string }[]): string {
    const first = nodes[0] as { readonly name: string };
    if (nodes.length === 1) return first.name;
    const scores = this.#framework.score(cycle, nodes as Cycle['nodes']);
    let best = first;
    let highest = -1;
    let ties = 1;
    for (const [index, node] of nodes.entries()) {
      const score = scores[index] as number;
      if (score > highest) {
        highest = score;
        best = node;
        ties = 1;
      } else if (score === highest && this.#options.random.next() < 1 / ++ties) best = node;
    }
    return best.name;
  }

  async #bind(cycle: Cycle, queued: QueuedPod, at: { nodeName: string; signal: AbortSignal }): Promise<void> {
    const { client, events } = this.#options;
    const { pod, key, uid } = queued.info;
    const { name = '', namespace = '' } = pod.metadata ?? {};
    try {
      const refused = await this.#framework.preBind(cycle, at.nodeName, at.signal);
      if (refused) throw new Error(refused.reasons.join(', '));
      const target = { apiVersion: 'v1', kind: 'Node', name: at.nodeName };
      await client
        .of(Pods)
        .createSubresource(name, 'binding', { metadata: { name, namespace, uid }, target }, { namespace });
      this.#queue.done(uid);
      events.record(pod, 'Normal', 'Scheduled', `Successfully assigned ${key} to ${at.nodeName}`);
    } catch (error) {
      this.#framework.unreserve(cycle, at.nodeName);
      this.#state.forget(uid);
      if (isNotFound(error) || at.signal.aborted) return this.#queue.done(uid);
      this.#options.logger.warn('binding failed, will retry', { pod: key, node: at.nodeName, error });
      const message = `binding rejected: ${error instanceof Error ? error.message : String(error)}`;
      events.record(pod, 'Warning', 'FailedScheduling', message);
      this.#queue.giveBack(queued, new Set());
    }
  }

  #refuse(queued: QueuedPod, diagnosis: Diagnosis): AttemptResult {
    const message = fitErrorMessage(diagnosis);
    this.#queue.giveBack(queued, diagnosis.plugins);
    this.#options.events.record(queued.info.pod, 'Warning', 'FailedScheduling', message);
    this.#tellCondition(queued.info, 'Unschedulable', message);
    return 'unschedulable';
  }

  /** Sets PodScheduled to False, unless the pod says so already. Its update must not wake the pod again. */
  #tellCondition({ pod }: PodInfo, reason: string, message: string): void {
    const { client, clock, logger } = this.#options;
    const { name = '', namespace = '' } = pod.metadata ?? {};
    const known = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
    if (known?.status === 'False' && known.reason === reason && known.message === message) return;
    const lastTransitionTime =
      known?.status === 'False' ? known.lastTransitionTime : `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
    const condition = { type: 'PodScheduled', status: 'False', reason, message, lastTransitionTime };
    client
      .of(Pods)
      .patch(name, strategicPatch({ status: { conditions: [condition] } }), { namespace, subresource: 'status' })
      .catch((error) => {
        if (!isNotFound(error)) logger.debug('condition not told', { pod: `${namespace}/${name}`, error });
      });
  }

  #follow(): void {
    const { informers } = this.#options;
    informers.of(Nodes).addHandler({
      added: (node) => {
        this.#state.setNode(node);
        this.#queue.moveOnEvent('NodeAdd');
      },
      updated: (node, old) => {
        this.#state.setNode(node);
        for (const event of nodeEvents(node, old)) this.#queue.moveOnEvent(event);
      },
      deleted: (node) => this.#state.removeNode(node.metadata?.name ?? ''),
    });
    informers.of(Pods).addHandler({
      added: (pod) => this.#podChanged(pod, undefined),
      updated: (pod, old) => this.#podChanged(pod, old),
      deleted: (pod) => this.#podGone(pod),
    });
  }

  #podChanged(pod: Pod, old: Pod | undefined): void {
    const uid = pod.metadata?.uid ?? '';
    if (isOver(pod)) return this.#podGone(pod);
    const nodeName = pod.spec?.nodeName;
    if (nodeName) {
      const known = old?.spec?.nodeName === nodeName && deepEqual(old.spec, pod.spec);
      if (!known) {
        this.#queue.remove(uid);
        this.#state.placePod(createPodInfo(pod), nodeName);
        this.#queue.moveOnEvent(old?.spec?.nodeName ? 'AssignedPodUpdate' : 'AssignedPodAdd');
      }
      return;
    }
    if ((pod.spec?.schedulerName ?? 'default-scheduler') !== this.#options.schedulerName) return;
    if (this.#state.isAssumed(uid) || pod.metadata?.deletionTimestamp) return;
    // A change of status alone (our own condition, for example) does not make a pod fit.
    if (old && deepEqual(old.spec, pod.spec) && deepEqual(old.metadata?.labels, pod.metadata?.labels)) return;
    const info = createPodInfo(pod);
    const kept = this.#framework.preEnqueue(info);
    if (kept === undefined) return this.#queue.put(info);
    this.#tellCondition(info, 'SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates');
  }

  #podGone(pod: Pod): void {
    const uid = pod.metadata?.uid ?? '';
    this.#queue.remove(uid);
    this.#state.removePod(uid);
    if (pod.spec?.nodeName) this.#queue.moveOnEvent('AssignedPodDelete');
  }
}

const isOver = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** What changed about a node, as far as a pod might care. */
function nodeEvents(node: Node, old: Node): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  if (!deepEqual(node.status?.allocatable, old.status?.allocatable)) events.push('NodeUpdateAllocatable');
  if (!deepEqual(node.metadata?.labels, old.metadata?.labels)) events.push('NodeUpdateLabel');
  const taints = ({ spec }: Node) => [spec?.taints ?? [], spec?.unschedulable ?? false];
  if (!deepEqual(taints(node), taints(old))) events.push('NodeUpdateTaint');
  const conditions = ({ status }: Node) => (status?.conditions ?? []).map(({ type, status: value }) => [type, value]);
  if (!deepEqual(conditions(node), conditions(old))) events.push('NodeUpdateCondition');
  return events;
}
