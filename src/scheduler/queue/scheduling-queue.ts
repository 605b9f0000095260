import type { Clock, Timer } from '#base/clock.ts';
import { Heap } from '#base/heap.ts';
import type { Status } from '../framework/status.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { BackoffQueue } from './backoff-queue.ts';
import { type Happening, HappeningLog } from './happening-log.ts';
import { labelOf, type QueueEvent, type QueueName } from './queue-event.ts';
import { backoffOf, type QueuedPod } from './queued-pod.ts';

export interface SchedulingQueueOptions {
  readonly clock: Clock;
  /** Negative when `a` goes first. */
  readonly order: (a: PodInfo, b: PodInfo) => number;
  /** Why a pod may not be tried yet. */
  readonly gate: (pod: PodInfo) => Status | undefined;
  /** Whether an event may help any pod that a plugin refused; the uid of a pod when it can be that one only. */
  readonly concerned: (plugin: string, happening: Happening) => boolean | string;
  /** Whether an event may help a pod that these plugins refused. */
  readonly mayHelp: (refusedBy: ReadonlySet<string>, pod: PodInfo, happening: Happening) => boolean;
  readonly initialBackoffMs?: number;
  readonly maxBackoffMs?: number;
  /** Is told of each pod that enters a queue, and after what. */
  readonly entered?: (queue: QueueName, event: string) => void;
}

const NOBODY: ReadonlySet<string> = new Set();
/** Pods that fit nowhere are tried again after this long even if nothing seems to have changed. */
const FORGOTTEN_MS = 5 * 60_000;
const SWEEP_MS = 30_000;

/** A pod that is being tried. */
interface Flight {
  /** From where on happenings are news to it. */
  readonly since: number;
  removed: boolean;
  changed?: PodInfo;
}

/**
 * Pods waiting to be scheduled: `active` ones are taken in order; `backoff` ones were refused and wait a little, unless
 * there is nothing else to do; `unschedulable` ones wait for an event that concerns a plugin which refused them; `gated`
 * ones may not be tried.
 */
export class SchedulingQueue {
  readonly #options: SchedulingQueueOptions;
  readonly #active: Heap<QueuedPod>;
  readonly #backoff: BackoffQueue;
  readonly #unschedulable = new Map<string, QueuedPod>();
  /** Uids of unschedulable and gated pods by the plugin that refused them. */
  readonly #refused = new Map<string, Set<string>>();
  readonly #gated = new Map<string, QueuedPod>();
  /** What happened while pods were being tried, and pods that went meanwhile. */
  readonly #inFlight = new Map<string, Flight>();
  readonly #happenings = new HappeningLog();
  #wake: (() => void) | undefined;
  #sweepTimer: Timer | undefined;
  #closed = false;

  constructor(options: SchedulingQueueOptions) {
    this.#options = options;
    this.#active = new Heap(
      (a, b) => options.order(a.info, b.info) || a.since - b.since,
      (queued) => queued.info.uid,
    );
    this.#backoff = new BackoffQueue({ clock: options.clock, due: (pods) => this.#due(pods) });
  }

  /** A pod without a node appeared, or changed: it is tried if one of the changes may be just what it lacked. */
  put(info: PodInfo, changes: readonly Happening[] = []): void {
    const { uid } = info;
    if (this.amend(info, changes)) return;
    const waiting = this.#unschedulable.get(uid) ?? this.#gated.get(uid);
    if (waiting) {
      const helpful = changes.find((change) => this.#options.mayHelp(waiting.refusedBy, info, change));
      if (helpful === undefined) return this.refresh(info);
      this.#take(uid);
      return this.#moveOn({ ...waiting, info }, labelOf(helpful.name));
    }
    if (this.#active.has(uid) || this.#backoff.get(uid)) return this.refresh(info);
    const since = this.#options.clock.monotonic();
    this.#moveOn({ info, since, attempts: 0, refusals: 0, failures: 0, refusedBy: NOBODY }, 'UnschedulablePodAdd');
  }

  /** A pod that is being tried or bound changed: should that fail, it is tried as it is now. Tells whether it is one. */
  amend(info: PodInfo, changes: readonly Happening[]): boolean {
    const flight = this.#inFlight.get(info.uid);
    if (flight === undefined) return false;
    flight.changed = info;
    for (const change of changes) this.#happenings.add(change);
    return true;
  }

  /** What is known of a pod that waits, wherever. */
  infoOf(uid: string): PodInfo | undefined {
    const queued =
      this.#active.get(uid) ?? this.#backoff.get(uid) ?? this.#unschedulable.get(uid) ?? this.#gated.get(uid);
    return queued?.info;
  }

  /** The pod changed in ways that no filter looks at. */
  refresh(info: PodInfo): void {
    const { uid } = info;
    const active = this.#active.get(uid);
    const backingOff = this.#backoff.get(uid);
    const unschedulable = this.#unschedulable.get(uid);
    const gated = this.#gated.get(uid);
    if (active) this.#active.set({ ...active, info });
    else if (backingOff) this.#backoff.refresh({ ...backingOff, info });
    else if (unschedulable) this.#unschedulable.set(uid, { ...unschedulable, info });
    else if (gated) this.#gated.set(uid, { ...gated, info });
  }

  /** A pod is gone or has a node. */
  remove(uid: string): void {
    this.#take(uid);
    const flight = this.#inFlight.get(uid);
    if (flight) flight.removed = true;
  }

  /** Something happened: pods refused by a plugin that it concerns are tried again. */
  moveOnEvent(happening: Happening): void {
    if (this.#inFlight.size > 0) this.#happenings.add(happening);
    for (const [plugin, uids] of this.#refused) {
      const concerned = uids.size > 0 && this.#options.concerned(plugin, happening);
      if (concerned === false) continue;
      const just = new Set([plugin]);
      const moved: QueuedPod[] = [];
      for (const uid of concerned === true ? uids : uids.has(concerned) ? [concerned] : []) {
        const pod = this.#unschedulable.get(uid) ?? this.#gated.get(uid);
        if (pod && this.#mayHelp(just, pod.info, happening)) moved.push(pod);
      }
      for (const pod of moved) {
        this.#take(pod.info.uid);
        this.#moveOn(pod, labelOf(happening.name));
      }
    }
  }

  /** A pod that the gate would have kept until now waits for what may help it, or is tried if that has come already. */
  resume(uid: string): void {
    const pod = this.#unschedulable.get(uid);
    if (pod) this.#index(uid, pod.refusedBy);
    else this.activate(uid);
  }

  /** Looks again at a pod that waits or was kept at the gate. */
  activate(uid: string): void {
    const pod = this.#unschedulable.get(uid) ?? this.#gated.get(uid);
    if (pod === undefined) return;
    this.#take(uid);
    this.#moveOn(pod, 'ForceActivate');
  }

  /** The next pod to schedule, if there is one; to be answered by `done` or `giveBack`. */
  take(): QueuedPod | undefined {
    if (this.#closed) return undefined;
    // Rather than doing nothing, pods that back off are tried early; failures other than refusals wait.
    const pod = this.#active.pop() ?? this.#popEarly();
    if (pod) this.#inFlight.set(pod.info.uid, { since: this.#happenings.end, removed: false });
    return pod;
  }

  /** A pod that is to be tried together with one that was taken, wherever it waits; not when it is kept at the gate. */
  takeAlso(uid: string): QueuedPod | undefined {
    const pod = this.#active.get(uid) ?? this.#backoff.get(uid) ?? this.#unschedulable.get(uid);
    if (pod === undefined || this.#closed) return undefined;
    this.#take(uid);
    this.#inFlight.set(uid, { since: this.#happenings.end, removed: false });
    return pod;
  }

  /** Resolves when there may be a pod to take, or the queue is closed. */
  wait(): Promise<void> {
    if (this.#closed || this.#active.size > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The pod has its node, or nothing is to be done about it. */
  done(uid: string): void {
    this.#inFlight.delete(uid);
    this.#forgetHappenings();
  }

  /** The pod was refused (`refusedBy`), or could not be bound (empty). */
  giveBack(pod: QueuedPod, refusedBy: ReadonlySet<string>): void {
    const { uid } = pod.info;
    const flight = this.#inFlight.get(uid);
    this.#inFlight.delete(uid);
    if (flight?.removed || this.#closed) return;
    const isFailure = refusedBy.size === 0;
    const refused: QueuedPod = {
      ...pod,
      info: flight?.changed ?? pod.info,
      since: this.#options.clock.monotonic(),
      attempts: pod.attempts + 1,
      refusals: pod.refusals + (isFailure ? 0 : 1),
      failures: isFailure ? pod.failures + 1 : 0,
      refusedBy,
      wasForgotten: false,
    };
    const isHelped =
      flight && this.#happenings.some(flight.since, (each) => this.#mayHelp(refusedBy, refused.info, each));
    this.#forgetHappenings();
    if (isFailure || isHelped) return this.#moveOn(refused, 'ScheduleAttemptFailure');
    this.#setAside(refused);
  }

  #mayHelp(refusedBy: ReadonlySet<string>, info: PodInfo, happening: Happening): boolean {
    return info.priority <= (happening.upTo ?? info.priority) && this.#options.mayHelp(refusedBy, info, happening);
  }

  /** Nobody asks for what happened before the oldest of the pods that are being tried was taken. */
  #forgetHappenings(): void {
    const [oldest] = this.#inFlight.values();
    this.#happenings.forgetBefore(oldest?.since ?? this.#happenings.end);
  }

  /** How many pods wait, and where. */
  get sizes(): {
    readonly active: number;
    readonly backoff: number;
    readonly unschedulable: number;
    readonly gated: number;
  } {
    const { size: unschedulable } = this.#unschedulable;
    return { active: this.#active.size, backoff: this.#backoff.size, unschedulable, gated: this.#gated.size };
  }

  /** Every pod that waits, wherever. */
  *values(): Iterable<QueuedPod> {
    for (const pods of [this.#active, this.#backoff, this.#unschedulable, this.#gated]) yield* pods.values();
  }

  /** How many happenings are kept for pods that are being tried. */
  get happenings(): number {
    return this.#happenings.size;
  }

  close(): void {
    this.#closed = true;
    this.#backoff.close();
    this.#sweepTimer?.cancel();
    this.#wakeUp();
  }

  /** Into the active queue when the pod has waited long enough since it was tried, otherwise into back-off. */
  #moveOn(pod: QueuedPod, event: QueueEvent): void {
    if (this.#closed) return;
    const kept = this.#options.gate(pod.info);
    if (kept) return this.#keepOut(pod, kept.plugin, event);
    const { clock, initialBackoffMs = 1000, maxBackoffMs = 10_000 } = this.#options;
    const now = clock.monotonic();
    const until = pod.since + backoffOf(pod, { initialMs: initialBackoffMs, maxMs: maxBackoffMs });
    if (until > now) {
      this.#backoff.add(pod, until);
      this.#options.entered?.('backoff', event);
    } else this.#makeActive(pod, event, now);
    this.#wakeUp();
  }

  #makeActive(pod: QueuedPod, event: QueueEvent, now: number): void {
    this.#active.set(pod.firstAt === undefined ? { ...pod, firstAt: now } : pod);
    this.#options.entered?.('active', event);
  }

  /** At the gate. */
  #keepOut(pod: QueuedPod, plugin: string, event: QueueEvent): void {
    const refusedBy = new Set([plugin]);
    this.#gated.set(pod.info.uid, { ...pod, refusedBy });
    this.#index(pod.info.uid, refusedBy);
    this.#options.entered?.('unschedulable', event);
  }

  #due(pods: readonly QueuedPod[]): void {
    const now = this.#options.clock.monotonic();
    for (const pod of pods) this.#makeActive(pod, 'BackoffComplete', now);
    this.#wakeUp();
  }

  #popEarly(): QueuedPod | undefined {
    const pod = this.#backoff.popEarly();
    if (pod) this.#options.entered?.('active', 'PopFromBackoffQ');
    return pod;
  }

  #setAside(pod: QueuedPod): void {
    this.#unschedulable.set(pod.info.uid, pod);
    this.#options.entered?.('unschedulable', 'ScheduleAttemptFailure');
    // While the gate keeps it nothing helps.
    if (this.#options.gate(pod.info) === undefined) this.#index(pod.info.uid, pod.refusedBy);
    this.#armSweep();
  }

  #index(uid: string, refusedBy: ReadonlySet<string>): void {
    for (const plugin of refusedBy) {
      let uids = this.#refused.get(plugin);
      if (uids === undefined) this.#refused.set(plugin, (uids = new Set()));
      uids.add(uid);
    }
  }

  #take(uid: string): void {
    this.#active.delete(uid);
    this.#backoff.delete(uid);
    const waiting = this.#unschedulable.get(uid) ?? this.#gated.get(uid);
    if (waiting === undefined) return;
    this.#unschedulable.delete(uid);
    this.#gated.delete(uid);
    for (const plugin of waiting.refusedBy) this.#refused.get(plugin)?.delete(uid);
  }

  #armSweep(): void {
    if (this.#sweepTimer || this.#closed) return;
    const { clock } = this.#options;
    this.#sweepTimer = clock.setTimer(SWEEP_MS, () => {
      this.#sweepTimer = undefined;
      const now = clock.monotonic();
      for (const pod of [...this.#unschedulable.values()]) {
        if (now - pod.since < FORGOTTEN_MS) continue;
        this.#take(pod.info.uid);
        this.#moveOn({ ...pod, wasForgotten: true }, 'UnschedulableTimeout');
      }
      if (this.#unschedulable.size > 0) this.#armSweep();
    });
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
