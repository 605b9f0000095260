import type { Clock, Timer } from '#base/clock.ts';
import { Heap } from '#base/heap.ts';
import type { ClusterEvent } from '../framework/cluster-event.ts';
import type { PodInfo } from '../state/pod-info.ts';

/** A pod that waits for a node. */
export interface QueuedPod {
  readonly info: PodInfo;
  /** When it first came, on the clock's scale. */
  readonly since: number;
  /** How often it was tried. */
  readonly attempts: number;
  /** Plugins that refused it last; only their events wake it. */
  readonly refusedBy: ReadonlySet<string>;
}

export interface SchedulingQueueOptions {
  readonly clock: Clock;
  /** Negative when `a` goes first. */
  readonly order: (a: PodInfo, b: PodInfo) => number;
  /** Which plugins care for which event. */
  readonly pluginsOf: (event: ClusterEvent) => ReadonlySet<string>;
  readonly initialBackoffMs?: number;
  readonly maxBackoffMs?: number;
}

/** Pods that fit nowhere are tried again after this long even if nothing seems to have changed. */
const FORGOTTEN_MS = 5 * 60_000;

/**
 * Pods waiting to be scheduled: `active` ones are taken in order, `backoff` ones were refused and wait a little,
 * `unschedulable` ones wait for an event that concerns a plugin which refused them.
 */
export class SchedulingQueue {
  readonly #options: SchedulingQueueOptions;
  readonly #active: Heap<QueuedPod>;
  readonly #backoff = new Map<string, { readonly pod: QueuedPod; readonly timer: Timer }>();
  readonly #unschedulable = new Map<string, { readonly pod: QueuedPod; readonly timer: Timer }>();
  /** Pods being scheduled, with the events that happened meanwhile. */
  readonly #inFlight = new Map<string, { events: Set<string>; removed: boolean }>();
  #taker: ((pod: QueuedPod | undefined) => void) | undefined;
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
    const waiting = this.#active.get(uid) ?? this.#backoff.get(uid)?.pod ?? this.#unschedulable.get(uid)?.pod;
    if (this.#inFlight.has(uid)) return;
    if (waiting === undefined)
      return this.#activate({ info, since: this.#options.clock.monotonic(), attempts: 0, refusedBy: new Set() });
    const updated = { ...waiting, info };
    if (this.#active.has(uid)) this.#active.set(updated);
    else if (this.#backoff.has(uid)) this.#replace(this.#backoff, updated);
    else {
      // What changed about the pod may be just what it lacked.
      this.#take(this.#unschedulable, uid);
      this.#moveOn(updated);
    }
  }

  /** A pod is gone or has a node. */
  remove(uid: string): void {
    this.#active.delete(uid);
    this.#take(this.#backoff, uid);
    this.#take(this.#unschedulable, uid);
    const flight = this.#inFlight.get(uid);
    if (flight) flight.removed = true;
  }

  /** Something happened: pods refused by a plugin that cares for it are tried again. */
  moveOnEvent(event: ClusterEvent): void {
    const plugins = this.#options.pluginsOf(event);
    for (const flight of this.#inFlight.values()) for (const plugin of plugins) flight.events.add(plugin);
    for (const [uid, { pod }] of [...this.#unschedulable]) {
      if (![...pod.refusedBy].some((plugin) => plugins.has(plugin)) && pod.refusedBy.size > 0) continue;
      this.#take(this.#unschedulable, uid);
      this.#moveOn(pod);
    }
  }

  /** The next pod to schedule; undefined when the queue is closed. To be answered by `done` or `giveBack`. */
  async next(): Promise<QueuedPod | undefined> {
    const pod = this.#active.pop() ?? (await this.#wait());
    if (pod) this.#inFlight.set(pod.info.uid, { events: new Set(), removed: false });
    return pod;
  }

  /** The pod has its node. */
  done(uid: string): void {
    this.#inFlight.delete(uid);
  }

  /** The pod was refused (`refusedBy`), or could not be bound (empty). */
  giveBack(pod: QueuedPod, refusedBy: ReadonlySet<string>): void {
    const flight = this.#inFlight.get(pod.info.uid);
    this.#inFlight.delete(pod.info.uid);
    if (flight?.removed || this.#closed) return;
    const refused = { ...pod, attempts: pod.attempts + 1, refusedBy };
    const changedMeanwhile = [...refusedBy].some((plugin) => flight?.events.has(plugin));
    if (refusedBy.size === 0 || changedMeanwhile) return this.#moveOn(refused);
    const timer = this.#options.clock.setTimer(FORGOTTEN_MS, () => {
      this.#take(this.#unschedulable, pod.info.uid);
      this.#moveOn(refused);
    });
    this.#unschedulable.set(pod.info.uid, { pod: refused, timer });
  }

  /** How many pods wait, and where. */
  get sizes(): { readonly active: number; readonly backoff: number; readonly unschedulable: number } {
    return { active: this.#active.size, backoff: this.#backoff.size, unschedulable: this.#unschedulable.size };
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of [...this.#backoff.values(), ...this.#unschedulable.values()]) timer.cancel();
    this.#taker?.(undefined);
  }

  #activate(pod: QueuedPod): void {
    if (this.#closed) return;
    this.#active.set(pod);
    const taker = this.#taker;
    this.#taker = undefined;
    taker?.(this.#active.pop());
  }

  /** Into the active queue when the pod has waited long enough since it was refused, otherwise into back-off. */
  #moveOn(pod: QueuedPod): void {
    const { initialBackoffMs = 1000, maxBackoffMs = 10_000, clock } = this.#options;
    if (pod.attempts === 0) return this.#activate(pod);
    const wait = Math.min(initialBackoffMs * 2 ** (pod.attempts - 1), maxBackoffMs);
    const timer = clock.setTimer(wait, () => {
      this.#backoff.delete(pod.info.uid);
      this.#activate(pod);
    });
    this.#backoff.set(pod.info.uid, { pod, timer });
  }

  #wait(): Promise<QueuedPod | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#taker = resolve;
    });
  }

  #take(from: Map<string, { readonly pod: QueuedPod; readonly timer: Timer }>, uid: string): void {
    from.get(uid)?.timer.cancel();
    from.delete(uid);
  }

  /** A waiting pod changed: it keeps its timer, which fires for the pod as it was; the new state is put in its place. */
  #replace(where: Map<string, { readonly pod: QueuedPod; readonly timer: Timer }>, pod: QueuedPod): void {
    this.#take(where, pod.info.uid);
    this.#moveOn(pod);
  }
}
