import { setImmediate as immediate } from 'node:timers/promises';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { Random } from '#base/random.ts';
import type { Client } from '#client/client.ts';
import type { EventRecorder } from '#client/events/event-recorder.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { type AttemptRefusal, refusalOf } from './attempt-refusal.ts';
import { followCluster } from './cluster-events.ts';
import { chooseWithExtenders } from './extender/choose-with-extenders.ts';
import type { ExtenderOptions } from './extender/extender.ts';
import { Extenders } from './extender/extenders.ts';
import { HttpExtender } from './extender/http-extender.ts';
import type { Diagnosis } from './framework/diagnosis.ts';
import type { Choice, Framework, Room } from './framework/framework.ts';
import { Nominations } from './framework/nominations.ts';
import type { Cycle } from './framework/plugin.ts';
import { PreBindings } from './framework/pre-bindings.ts';
import { createFramework, defaultProfile, type Profile } from './framework/profile.ts';
import type { Status } from './framework/status.ts';
import { Verdicts } from './framework/verdicts.ts';
import { WaitingPods } from './framework/waiting-pods.ts';
import { GroupScheduling } from './groups/group-scheduling.ts';
import { SchedulerMetrics } from './metrics/scheduler-metrics.ts';
import { PodStatusWriter } from './pod-status-writer.ts';
import type { Happening } from './queue/happening-log.ts';
import type { QueuedPod } from './queue/queued-pod.ts';
import { SchedulingQueue } from './queue/scheduling-queue.ts';
import { ClusterState } from './state/cluster-state.ts';
import type { NodeInfo } from './state/node-info.ts';
import { PodGroupIndex } from './state/pod-group-index.ts';
import { type PodInfo, schedulerNameOf } from './state/pod-info.ts';
import { UnderWay } from './under-way.ts';
import { writeBinding } from './write-binding.ts';

export interface SchedulerOptions {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** One for each schedulerName; the default profile when absent. */
  readonly profiles?: readonly Profile[];
  readonly podInitialBackoffMs?: number;
  readonly podMaxBackoffMs?: number;
  /** Servers that have a say, in the order in which they are asked. */
  readonly extenders?: readonly ExtenderOptions[];
  /** Features that are on beside those that always are. */
  readonly featureGates?: ReadonlySet<string>;
  /** Where decisions are measured, if anybody asks for that. */
  readonly metrics?: MetricRegistry;
}

/** One try to find a node for a pod. */
interface Attempt {
  readonly queued: QueuedPod;
  readonly framework: Framework;
  readonly cycle: Cycle;
  readonly signal: AbortSignal;
  /** On the clock's monotonic scale. */
  readonly startedAt: number;
}

/** One cycle of so many is looked at closely. */
const SAMPLED = 10;
/** Bindings under way at once; the next cycle does not wait for them, nor for pods that wait for volumes, say. */
const MAX_BINDINGS = 512;
/** After this long others get their turn. */
const SLICE_MS = 5;
/** What the API takes as the message of an event. */
const MAX_MESSAGE = 1024;

/** Assigns pods to nodes: one decision at a time, bindings in the background, many of them in one write. */
export class Scheduler {
  readonly name = 'scheduler';
  readonly #options: SchedulerOptions;
  readonly #frameworks: ReadonlyMap<string, Framework>;
  readonly #state = new ClusterState();
  readonly #nominations = new Nominations(this.#state);
  readonly #queue: SchedulingQueue;
  readonly #statuses: PodStatusWriter;
  readonly #groups: PodGroupIndex | undefined;
  readonly #groupScheduling: GroupScheduling<Attempt>;
  readonly #bindings = new UnderWay(MAX_BINDINGS);
  readonly #extenders: Extenders;
  readonly #waiting: WaitingPods;
  readonly #preBindings = new PreBindings();
  readonly #metrics: SchedulerMetrics;
  #cycles = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    const profiles = options.profiles ?? [defaultProfile];
    const extenders = (options.extenders ?? []).map((each) => new HttpExtender(each));
    this.#extenders = new Extenders(extenders, this.#state, options.logger);
    this.#waiting = new WaitingPods(options.clock);
    this.#groups = options.featureGates?.has('GenericWorkload') ? new PodGroupIndex() : undefined;
    this.#metrics = new SchedulerMetrics(options.metrics ?? new MetricRegistry(), options.clock);
    const context = {
      ...options,
      extenders: this.#extenders,
      waiting: this.#waiting,
      preBindings: this.#preBindings,
      metrics: this.#metrics,
      state: this.#state,
      nominations: this.#nominations,
      ...(this.#groups ? { groups: this.#groups } : {}),
      activate: (uid: string) => this.#queue.activate(uid),
      resume: (uid: string) => this.#queue.resume(uid),
    };
    this.#frameworks = new Map(
      profiles.map((profile) => [profile.schedulerName, createFramework(profile, context)] as const),
    );
    const [first] = this.#frameworks.values();
    this.#queue = new SchedulingQueue({
      clock: options.clock,
      entered: this.#metrics.queue.entered,
      order: (a, b) => first?.order(a, b) ?? 0,
      gate: (pod) => this.#frameworkOf(pod)?.preEnqueue(pod),
      concerned: (plugin, happening) => this.#concerned(plugin, happening),
      mayHelp: (refusedBy, pod, happening) => this.#frameworkOf(pod)?.mayHelp(refusedBy, pod, happening) ?? false,
      ...(options.podInitialBackoffMs === undefined ? {} : { initialBackoffMs: options.podInitialBackoffMs }),
      ...(options.podMaxBackoffMs === undefined ? {} : { maxBackoffMs: options.podMaxBackoffMs }),
    });
    this.#statuses = new PodStatusWriter(options);
    this.#groupScheduling = new GroupScheduling({
      ...options,
      metrics: this.#metrics.groups,
      state: this.#state,
      queue: this.#queue,
      nominations: this.#nominations,
      fellow: (queued, { signal, startedAt }) => this.#attempt(queued, signal, startedAt),
      join: (attempt, together) => ({ ...attempt, cycle: { ...attempt.cycle, together } }),
      anew: (attempt, within) => ({ ...attempt, cycle: { ...attempt.cycle, data: new Map(), within } }),
      asksOthers: ({ cycle }) => this.#extenders.areInterested(cycle.pod.pod),
      find: (attempt) => this.#find(attempt),
      hold: (attempt, node) => this.#hold(attempt, node),
      allow: (attempt, node) => this.#allow(attempt, node),
      refuse: (attempt, refusal) => this.#refuse(attempt, refusal),
      fail: (attempt, error) => this.#failed(attempt, error),
    });
    this.#metrics.queue.follow({ queue: this.#queue, state: this.#state, bindings: () => this.#bindings.size });
    followCluster(options.informers, {
      state: this.#state,
      queue: this.#queue,
      nominations: this.#nominations,
      groups: this.#groups,
      hasTaintRules: options.featureGates?.has('DRADeviceTaintRules') ?? false,
      isOurs: (schedulerName) => this.#frameworks.has(schedulerName),
      clock: options.clock,
      callOff: (uid) => {
        if (!this.#waiting.reject(uid, '', 'removed')) this.#preBindings.cancel(uid, 'pod does not exist any more');
      },
      handled: (event, startedAt) => this.#metrics.events.handled(event, startedAt),
    });
  }

  /** Schedules until the signal aborts; resolves when the bindings under way have ended. */
  async run(signal: AbortSignal): Promise<void> {
    const { informers, clock } = this.#options;
    informers.start(signal);
    await informers.synced();
    signal.addEventListener('abort', () => this.#queue.close(), { once: true });
    if (signal.aborted) this.#queue.close();
    let sliceStart = clock.monotonic();
    while (!this.#queue.isClosed) {
      const pod = this.#queue.take();
      if (pod === undefined) {
        await this.#queue.wait();
        sliceStart = clock.monotonic();
        continue;
      }
      const startedAt = clock.monotonic();
      const attempt = this.#scheduleOne(pod, signal, startedAt);
      if (attempt instanceof Promise) await attempt;
      this.#metrics.attempts.decided(startedAt);
      if (this.#bindings.isFull) await this.#bindings.room();
      else if (clock.monotonic() - sliceStart > SLICE_MS) await immediate();
      else continue;
      sliceStart = clock.monotonic();
    }
    await this.#bindings.ended();
    this.#extenders.close();
  }

  #concerned(plugin: string, happening: Happening): boolean | string {
    for (const framework of this.#frameworks.values()) {
      const concerned = framework.concerned(plugin, happening);
      if (concerned !== false) return concerned;
    }
    return false;
  }

  #frameworkOf(pod: PodInfo): Framework | undefined {
    return this.#frameworks.get(schedulerNameOf(pod));
  }

  /** Decides at once, or as soon as those outside have been asked who have a say. */
  #scheduleOne(queued: QueuedPod, signal: AbortSignal, startedAt: number): void | Promise<void> {
    const attempt = this.#attempt(queued, signal, startedAt);
    if (attempt === undefined) return;
    const group = this.#groups?.of(queued.info.pod);
    if (group) return this.#groupScheduling.schedule(attempt, group);
    try {
      const placed = this.#place(attempt);
      return placed instanceof Promise ? placed.catch((error) => this.#failed(attempt, error)) : placed;
    } catch (error) {
      this.#failed(attempt, error);
    }
  }

  /** Undefined when nothing is to be done about the pod. */
  #attempt(queued: QueuedPod, signal: AbortSignal, startedAt: number): Attempt | undefined {
    const { info } = queued;
    const framework = this.#frameworkOf(info);
    const isLeaving = info.pod.metadata?.deletionTimestamp !== undefined;
    if (framework === undefined || isLeaving || this.#state.isAssumed(info.uid)) {
      if (framework && isLeaving) this.#warn(info, `skip schedule deleting pod: ${info.key}`);
      this.#queue.done(info.uid);
      return undefined;
    }
    const isSampled = this.#cycles++ % SAMPLED === 0;
    const cycle = { pod: info, state: this.#state, data: new Map(), isSampled };
    return { queued, framework, cycle, signal, startedAt };
  }

  #failed(attempt: Attempt, error: unknown): void {
    this.#state.forget(attempt.queued.info.uid);
    this.#fail(attempt, error);
  }

  #place(attempt: Attempt): void | Promise<void> {
    const choice = this.#find(attempt);
    return choice instanceof Promise
      ? choice.then((made) => this.#follow(attempt, made))
      : this.#follow(attempt, choice);
  }

  #follow(attempt: Attempt, choice: Choice): void | Promise<void> {
    return choice.fits ? this.#assign(attempt, choice.node) : this.#makeRoom(attempt, choice.diagnosis);
  }

  #find(attempt: Attempt): Choice | Promise<Choice> {
    const { framework, cycle } = attempt;
    const { random } = this.#options;
    if (!this.#extenders.areInterested(cycle.pod.pod)) return framework.choose(cycle, random);
    const [extenders, nominations] = [this.#extenders, this.#nominations];
    return chooseWithExtenders(cycle, { framework, extenders, nominations, random });
  }

  #assign(attempt: Attempt, node: NodeInfo): void {
    const refused = this.#hold(attempt, node);
    if (refused) this.#refuseOn(attempt, node, refused);
    else this.#allow(attempt, node);
  }

  /** Counts a pod on a node from now on, unless somebody refuses that. */
  #hold({ framework, cycle }: Attempt, { name }: NodeInfo): Status | undefined {
    const info = cycle.pod;
    this.#nominations.delete(info.uid);
    this.#state.assume(info, name);
    const refused = framework.reserve(cycle, name);
    if (refused) this.#state.forget(info.uid);
    return refused;
  }

  /** Has a pod that is held on a node bound to it, unless that is refused. */
  #allow(attempt: Attempt, node: NodeInfo): void {
    const { framework, cycle } = attempt;
    const permit = framework.permit(cycle, node.name);
    if (permit && !(permit instanceof Promise)) {
      framework.unreserve(cycle, node.name);
      return this.#refuseOn(attempt, node, permit);
    }
    const isLong = permit !== undefined || framework.needsPreBind(cycle);
    this.#bindings.add(this.#bind(attempt, node, permit), { isLong });
  }

  /** The node was chosen, and then refused. */
  #refuseOn(attempt: Attempt, node: NodeInfo, refused: Status): void {
    this.#state.forget(attempt.queued.info.uid);
    const verdicts = new Verdicts(new Map([[node, refused]]));
    this.#refuse(attempt, refusalOf({ nodeCount: 1, verdicts, plugins: new Set([refused.plugin]) }, ''));
  }

  async #bind(attempt: Attempt, node: NodeInfo, permit: Promise<Status | undefined> | undefined): Promise<void> {
    const { queued, framework, cycle, signal, startedAt } = attempt;
    const nodeName = node.name;
    const { pod, key, uid } = queued.info;
    try {
      const needsPreBind = framework.needsPreBind(cycle);
      // While a pod waits, others shall know where it is expected.
      if (permit || needsPreBind) this.#statuses.nominate(pod, nodeName);
      const kept = await (permit && this.#permitted(permit));
      if (kept) {
        framework.unreserve(cycle, nodeName);
        this.#queue.moveOnEvent({ name: 'AssignedPodDelete', object: pod });
        this.#refuseOn(attempt, node, kept);
        return;
      }
      if (needsPreBind) {
        const prepare = (until: AbortSignal) => framework.preBind(cycle, nodeName, until);
        const refused = await this.#preBindings.run(uid, signal, prepare);
        if (refused) throw new Error(refused.reasons.join(', '));
      }
      await this.#write(attempt, nodeName);
      this.#queue.done(uid);
      this.#metrics.attempts.scheduled(queued, startedAt);
      this.#statuses.settled(pod);
      framework.postBind(cycle, nodeName);
      this.#options.events.record(pod, 'Normal', 'Scheduled', `Successfully assigned ${key} to ${nodeName}`, {
        action: 'Binding',
        reporter: schedulerNameOf(queued.info),
      });
    } catch (error) {
      framework.unreserve(cycle, nodeName);
      this.#state.forget(uid);
      if (isNotFound(error) || signal.aborted) {
        this.#statuses.settled(pod);
        return this.#queue.done(uid);
      }
      this.#queue.moveOnEvent({ name: 'AssignedPodDelete', object: pod });
      this.#fail(attempt, error);
    }
  }

  async #permitted(permit: Promise<Status | undefined>): Promise<Status | undefined> {
    const waitsFrom = this.#options.clock.monotonic();
    let code = 'Error';
    try {
      const kept = await permit;
      code = kept?.code ?? 'Success';
      return kept;
    } finally {
      this.#metrics.attempts.waited(code, waitsFrom);
    }
  }

  async #write({ queued, framework }: Attempt, nodeName: string): Promise<void> {
    const { client, clock } = this.#options;
    const startedAt = clock.monotonic();
    let isDone = false;
    try {
      await writeBinding(queued.info, nodeName, { client, extenders: this.#extenders });
      isDone = true;
    } finally {
      framework.bound(startedAt, isDone);
    }
  }

  /** Something went wrong that has nothing to do with what the cluster looks like. */
  #fail({ queued, startedAt }: Attempt, error: unknown): void {
    const { key } = queued.info;
    this.#options.logger.warn('scheduling failed, will retry', { pod: key, error });
    const message = error instanceof Error ? error.message : String(error);
    this.#tell(queued, { reason: 'SchedulerError', message, nominated: '' });
    this.#metrics.attempts.failed('error', schedulerNameOf(queued.info), startedAt);
    this.#queue.giveBack(queued, NOBODY);
  }

  #makeRoom(attempt: Attempt, diagnosis: Diagnosis): void | Promise<void> {
    const { framework, cycle } = attempt;
    if (diagnosis.nodeCount === 0) return this.#refuse(attempt, refusalOf(diagnosis, ''));
    const refuse = ({ message, nominated }: Room) =>
      this.#refuse(attempt, refusalOf({ ...diagnosis, postFilterMessage: message }, nominated));
    const room = framework.postFilter(cycle, diagnosis);
    return room instanceof Promise ? room.then(refuse) : refuse(room);
  }

  #refuse({ queued, startedAt }: Attempt, { message, refusedBy, nominated }: AttemptRefusal): void {
    this.#metrics.attempts.failed('unschedulable', schedulerNameOf(queued.info), startedAt);
    if (nominated !== undefined) this.#nominations.set(queued.info, nominated);
    this.#queue.giveBack(queued, refusedBy);
    this.#tell(queued, { reason: 'Unschedulable', message, ...(nominated === undefined ? {} : { nominated }) });
  }

  #tell(
    { info }: QueuedPod,
    refusal: {
      readonly reason: 'Unschedulable' | 'SchedulerError';
      readonly message: string;
      readonly nominated?: string;
    },
  ): void {
    this.#warn(info, refusal.message);
    this.#statuses.tell(info.pod, refusal);
  }

  #warn(info: PodInfo, message: string): void {
    const short = message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 4)} ...`;
    const reporter = schedulerNameOf(info);
    this.#options.events.record(info.pod, 'Warning', 'FailedScheduling', short, { action: 'Scheduling', reporter });
  }
}

/** Who refuses a pod that is tried again in any case. */
const NOBODY: ReadonlySet<string> = new Set();
