import type { Clock, Timer } from '#base/clock.ts';
import { Heap } from '#base/heap.ts';
import type { Status } from '../framework/status.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { type Happening, HappeningLog } from './happening-log.ts';

/** A pod that waits for a node. */
export interface QueuedPod {
  readonly info: PodInfo;
  /** When it first came, on the clock's scale. */
  readonly since: number;
  /** How often it was refused. */
  readonly attempts: number;
  /** Plugins that refused it last; only events that concern them wake it. Empty after a failure of another kind. */
  readonly refusedBy: ReadonlySet<string>;
  /** When it was refused last. */
  readonly refusedAt: number;
}

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
}

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

interface BackingOff {
  readonly pod: QueuedPod;
  readonly until: number;
}

/**
 * Pods waiting to be scheduled: `active` ones are taken in order; `backoff` ones were refused and wait a little, unless
 * there is nothing else to do; `unschedulable` ones wait for an event that concerns a plugin which refused them; `gated`
 * ones may not be tried.
 */
export class SchedulingQueue {
  readonly #options: SchedulingQueueOptions;
  readonly #active: Heap<QueuedPod>;
  readonly #backoff = new Heap<BackingOff>(
    (a, b) => a.until - b.until,
    ({ pod }) => pod.info.uid,
  );
  readonly #unschedulable = new Map<string, QueuedPod>();
  /** Uids of unschedulable and gated pods by the plugin that refused them. */
  readonly #refused = new Map<string, Set<string>>();
  readonly #gated = new Map<string, QueuedPod>();
  /** What happened while pods were being tried, and pods that went meanwhile. */
  readonly #inFlight = new Map<string, Flight>();
  readonly #happenings = new HappeningLog();
  #wake: (() => void) | undefined;
  #backoffTimer: Timer | undefined;
  #sweepTimer: Timer | undefined;
  #closed = false;

  constructor(options: SchedulingQueueOptions) {
    this.#options = options;
    this.#active = new Heap(
      (a, b) => options.order(a.info, b.info) || a.since - b.since,
      (queued) => queued.info.uid,
    );
  }

  /** A pod without a node appeared or changed. */
  put(info: PodInfo): void {
    const { uid } = info;
    const flight = this.#inFlight.get(uid);
    if (flight) {
      flight.changed = info;
      return;
    }
    const active = this.#active.get(uid);
    if (active) return this.#active.set({ ...active, info });
    const backingOff = this.#backoff.get(uid);
    if (backingOff) return this.#backoff.set({ ...backingOff, pod: { ...backingOff.pod, info } });
    const waiting = this.#unschedulable.get(uid) ?? this.#gated.get(uid);
    this.#take(uid);
    // What changed about the pod may be just what it lacked.
    if (waiting) return this.#moveOn({ ...waiting, info });
    const now = this.#options.clock.monotonic();
    this.#moveOn({ info, since: now, attempts: 0, refusedBy: new Set(), refusedAt: now });
  }

  /** The pod changed in ways that no filter looks at. */
  refresh(info: PodInfo): void {
    const { uid } = info;
    const active = this.#active.get(uid);
    const backingOff = this.#backoff.get(uid);
    const unschedulable = this.#unschedulable.get(uid);
    const gated = this.#gated.get(uid);
    if (active) this.#active.set({ ...active, info });
    else if (backingOff) this.#backoff.set({ ...backingOff, pod: { ...backingOff.pod, info } });
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
        if (pod && this.#options.mayHelp(just, pod.info, happening)) moved.push(pod);
      }
      for (const pod of moved) {
        this.#take(pod.info.uid);
        this.#moveOn(pod);
      }
    }
  }

  /** Looks again at a pod that waits or was kept at the gate. */
  activate(uid: string): void {
    const pod = this.#unschedulable.get(uid) ?? this.#gated.get(uid);
    if (pod === undefined) return;
    this.#take(uid);
    this.#moveOn(pod);
  }

  /** The next pod to schedule, if there is one; to be answered by `done` or `giveBack`. */
  take(): QueuedPod | undefined {
    if (this.#closed) return undefined;
    // Rather than doing nothing, pods that back off are tried early; failures other than refusals wait.
    const pod = this.#active.pop() ?? this.#popEarly();
    if (pod) this.#inFlight.set(pod.info.uid, { since: this.#happenings.end, removed: false });
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
    const refused: QueuedPod = {
      ...pod,
      info: flight?.changed ?? pod.info,
      attempts: pod.attempts + 1,
      refusedBy,
      refusedAt: this.#options.clock.monotonic(),
    };
    const isHelped =
      flight && this.#happenings.some(flight.since, (each) => this.#options.mayHelp(refusedBy, refused.info, each));
    this.#forgetHappenings();
    if (refusedBy.size === 0 || isHelped || flight?.changed) return this.#moveOn(refused);
    this.#setAside(refused);
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

  close(): void {
    this.#closed = true;
    this.#backoffTimer?.cancel();
    this.#sweepTimer?.cancel();
    this.#wakeUp();
  }

  /** Into the active queue when the pod has waited long enough since it was refused, otherwise into back-off. */
  #moveOn(pod: QueuedPod): void {
    if (this.#closed) return;
    const kept = this.#options.gate(pod.info);
    if (kept) {
      const refusedBy = new Set([kept.plugin]);
      this.#gated.set(pod.info.uid, { ...pod, refusedBy });
      return this.#index(pod.info.uid, refusedBy);
    }
    const until = pod.refusedAt + this.#backoffOf(pod);
    if (until <= this.#options.clock.monotonic()) this.#active.set(pod);
    else {
      this.#backoff.set({ pod, until });
      this.#armBackoff();
    }
    this.#wakeUp();
  }

  #backoffOf({ attempts }: QueuedPod): number {
    const { initialBackoffMs = 1000, maxBackoffMs = 10_000 } = this.#options;
    return attempts === 0 ? 0 : Math.min(initialBackoffMs * 2 ** (attempts - 1), maxBackoffMs);
  }

  #popEarly(): QueuedPod | undefined {
    const first = this.#backoff.peek();
    if (first === undefined || first.pod.refusedBy.size === 0) return undefined;
    return this.#backoff.pop()?.pod;
  }

  #setAside(pod: QueuedPod): void {
    this.#unschedulable.set(pod.info.uid, pod);
    this.#index(pod.info.uid, pod.refusedBy);
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

  #armBackoff(): void {
    this.#backoffTimer?.cancel();
    const first = this.#backoff.peek();
    if (first === undefined || this.#closed) return;
    const { clock } = this.#options;
    this.#backoffTimer = clock.setTimer(Math.max(0, first.until - clock.monotonic()), () => {
      const now = clock.monotonic();
      for (let next = this.#backoff.peek(); next && next.until <= now; next = this.#backoff.peek()) {
        this.#backoff.pop();
        this.#active.set(next.pod);
      }
      this.#armBackoff();
      this.#wakeUp();
    });
  }

  #armSweep(): void {
    if (this.#sweepTimer || this.#closed) return;
    const { clock } = this.#options;
    this.#sweepTimer = clock.setTimer(SWEEP_MS, () => {
      this.#sweepTimer = undefined;
      const now = clock.monotonic();
      for (const pod of [...this.#unschedulable.values()]) {
        if (now - pod.refusedAt < FORGOTTEN_MS) continue;
        this.#take(pod.info.uid);
        this.#moveOn(pod);
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
