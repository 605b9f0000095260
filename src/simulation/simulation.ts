import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { Clock, Timer } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Random } from '#base/random.ts';
import type { Client } from '#client/client.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { keyOf } from '#client/object-store.ts';
import { strategicPatch } from '#client/options.ts';
import { isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import { formatTime, parseTime } from '#machinery/objects/time.ts';
import { createDice } from './dice.ts';
import { NodeFleet, type NodeState } from './node-fleet.ts';
import { planNodes, type SimulatedNodeGroup } from './node-group.ts';
import { PodAddresses } from './pod-addresses.ts';
import { observedStatus, simulatedStatus } from './pod-status.ts';
import { SimulatedLogs } from './simulated-logs.ts';
import { SimulatedMetrics } from './simulated-metrics.ts';
import { type Dice, defaultStages, nextStage, type PlannedStage, type PodOutcome, type PodStage } from './stage.ts';
import type { PodUsage } from './usage.ts';

/** What is simulated: as much as people want to say of it, as data. */
export interface SimulationConfiguration {
  /** None when absent: those that others make can be simulated all the same. */
  readonly nodes?: readonly SimulatedNodeGroup[];
  /** Tried before the default stages. */
  readonly stages?: readonly PodStage[];
  /** What pods use; the first that is for a pod counts. Half of what they request when absent. */
  readonly usages?: readonly PodUsage[];
  /** Names of nodes that exist already, of a recorded cluster for example. */
  readonly adoptedNodes?: readonly string[];
}

export interface SimulationOptions extends SimulationConfiguration {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** What a node does when it runs again after it was stopped: its containers start anew, if they may. */
const REVIVED: PodStage = { name: 'revived', when: { phase: 'Ready' }, delayMs: 0, next: 'Restarted', exitCode: 255 };
const LOST: PodStage = { ...REVIVED, name: 'lost', next: 'Failed' };

/** A pod that has been active for longer than it may. */
const OVERDUE: PodStage = {
  name: 'deadline exceeded',
  when: { phase: 'Running' },
  delayMs: 0,
  next: 'Failed',
  exitCode: 137,
  podReason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/** How containers end that are told to. */
const KILLED = { exitCode: 143 };

/** A stage that a pod is to go through. */
interface Step {
  readonly pod: Pod;
  readonly stage: PodStage;
}

/** Nodes that run nothing and report everything: their pods are led through stages. */
export class Simulation {
  readonly name = 'simulation';
  readonly fleet: NodeFleet;
  readonly metrics: SimulatedMetrics;
  readonly logs = new SimulatedLogs();
  readonly #options: SimulationOptions;
  readonly #stages: readonly PodStage[];
  readonly #dice: Dice;
  readonly #pending = new Map<string, Timer>();
  /** By key, what is to be done at once: pods that fall due in one turn of the event loop go on together, which costs far less. */
  readonly #due = new Map<string, Step>();
  #dueTimer: Timer | undefined;
  readonly #addresses = new PodAddresses();

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#stages = [...(options.stages ?? []), ...defaultStages];
    this.#dice = createDice(Math.floor(options.random.next() * 2 ** 32));
    const { client, informers, clock, logger, adoptedNodes } = options;
    this.fleet = new NodeFleet({
      ...{ client, informers, clock, logger },
      plans: planNodes(options.nodes ?? []),
      ...(adoptedNodes ? { adopted: adoptedNodes } : {}),
      onState: (name, state, before) => this.#nodeChanged(name, state, before),
    });
    this.metrics = new SimulatedMetrics({
      informers,
      clock,
      usages: options.usages ?? [],
      isReachable: (name) => this.fleet.has(name) && this.fleet.state(name) === 'Running',
    });
    informers.of(Pods).addHandler({
      added: (pod) => this.#consider(pod),
      updated: (pod) => this.#consider(pod),
      deleted: (pod) => {
        this.#forget(pod);
        this.#addresses.free(pod.status?.podIP);
        this.logs.forget(pod);
      },
    });
  }

  /** Simulates until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { informers } = this.#options;
    informers.start(signal);
    await informers.synced();
    for (const { status } of informers.of(Pods).store.list()) this.#addresses.taken(status?.podIP);
    await this.fleet.run(signal);
    for (const timer of this.#pending.values()) timer.cancel();
    this.#dueTimer?.cancel();
  }

  #consider(pod: Pod): void {
    const node = pod.spec?.nodeName ?? '';
    if (!this.fleet.has(node)) return;
    this.#forget(pod);
    // Nobody there hears of the pod, or can tell anything of it.
    if (this.fleet.state(node) !== 'Running') return;
    if (hasStopped(pod)) return;
    if (isChanged(pod)) void this.#observe(pod);
    const dice = { dice: this.#dice, nodeLabels: this.fleet.labels(node) };
    const planned = withinDeadline(pod, nextStage(pod, this.#stages, dice), this.#options.clock.now());
    if (planned === undefined) return;
    const key = keyOf(pod);
    const { stage, delayMs } = planned;
    if (delayMs === 0) return this.#fallDue(key, { pod, stage });
    const timer = this.#options.clock.setTimer(delayMs, () => {
      this.#pending.delete(key);
      this.#fallDue(key, { pod, stage });
    });
    this.#pending.set(key, timer);
  }

  #fallDue(key: string, step: Step): void {
    if (this.#due.size === 0) this.#dueTimer = this.#options.clock.setTimer(0, () => this.#applyDue());
    this.#due.set(key, step);
  }

  #applyDue(): void {
    const steps = [...this.#due.values()];
    this.#due.clear();
    for (const { pod, stage } of steps) void this.#apply(pod, stage);
  }

  #nodeChanged(name: string, state: NodeState, before: NodeState): void {
    const pods = this.#options.informers.of(Pods).store.list();
    for (const pod of pods) {
      if (pod.spec?.nodeName !== name) continue;
      this.#forget(pod);
      if (state !== 'Running') continue;
      if (before === 'Stopped' && pod.status?.phase === 'Running') {
        void this.#apply(pod, pod.spec.restartPolicy === 'Never' ? LOST : REVIVED);
      } else this.#consider(pod);
    }
  }

  #forget(pod: Pod): void {
    const key = keyOf(pod);
    this.#pending.get(key)?.cancel();
    this.#pending.delete(key);
    if (this.#due.delete(key) && this.#due.size === 0) this.#dueTimer?.cancel();
  }

  /** Reports that the node has taken notice of a pod's new specification. */
  async #observe(pod: Pod): Promise<void> {
    const { name = '', namespace = '', uid, resourceVersion } = pod.metadata ?? {};
    const status = observedStatus(pod, formatTime(this.#options.clock.now()));
    // Of what it was read from: lists of containers are replaced as a whole.
    const patch = strategicPatch({ metadata: { uid, resourceVersion }, status });
    try {
      await this.#options.client.of(Pods).patch(name, patch, { namespace, subresource: 'status' });
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return;
      this.#options.logger.warn('simulated pod not observed', { pod: `${namespace}/${name}`, error });
    }
  }

  async #apply(pod: Pod, stage: PodStage): Promise<void> {
    const { name = '', namespace = '', uid, finalizers = [] } = pod.metadata ?? {};
    try {
      if (stage.next !== 'Deleted') return await this.#report(pod, stage.next, stage);
      // Whoever keeps it waits for its end.
      if (finalizers.length > 0 && !isOver(pod.status?.phase))
        await this.#report(pod, 'Failed', { ...KILLED, ...stage });
      const preconditions = uid ? { uid } : {};
      await this.#options.client.of(Pods).delete(name, { namespace, gracePeriodSeconds: 0, preconditions });
    } catch (error) {
      // Whoever was faster has made another event, which is considered anew.
      if (isNotFound(error) || isConflict(error)) return;
      this.#options.logger.warn('simulated pod not changed', { pod: `${namespace}/${name}`, stage: stage.name, error });
    }
  }

  async #report(pod: Pod, outcome: Exclude<PodOutcome, 'Deleted'>, stage: PodStage): Promise<void> {
    const { client, clock } = this.#options;
    const { namespace = '' } = pod.metadata ?? {};
    const node = pod.spec?.nodeName ?? '';
    const hostIP = this.fleet.address(node);
    const podIP =
      pod.status?.podIP || (pod.spec?.hostNetwork ? hostIP : this.#addresses.next(this.fleet.podRange(node)));
    const status = simulatedStatus(pod, outcome, { time: formatTime(clock.now()), hostIP, podIP }, stage);
    await client.of(Pods).updateStatus({ ...pod, status }, { namespace });
    this.logs.write(pod, { time: clock.now(), text: stage.log ?? stage.name });
    if (outcome === 'Restarted') this.logs.restarted(pod);
    else if (isOver(outcome)) this.logs.ended(pod);
  }
}

const isOver = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed';

/** What a pod goes through that may run for so long only: whichever comes first. */
function withinDeadline(pod: Pod, planned: PlannedStage | undefined, now: number): PlannedStage | undefined {
  const { startTime } = pod.status ?? {};
  const seconds = pod.spec?.activeDeadlineSeconds;
  if (seconds === undefined || startTime === undefined) return planned;
  if (pod.metadata?.deletionTimestamp || isOver(pod.status?.phase)) return planned;
  const delayMs = Math.max(0, parseTime(startTime) + seconds * 1000 - now);
  return planned && planned.delayMs < delayMs ? planned : { stage: OVERDUE, delayMs };
}

/** Whether the server knows that a pod that is being deleted has ended; only what others keep it for is left. */
const hasStopped = ({ metadata }: Pod): boolean =>
  metadata?.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;

/** Whether a running pod's specification has changed since its node last spoke of it. */
const isChanged = ({ metadata, status }: Pod): boolean =>
  status?.phase === 'Running' &&
  metadata?.deletionTimestamp === undefined &&
  (metadata?.generation ?? 0) > (status.observedGeneration ?? 0);
