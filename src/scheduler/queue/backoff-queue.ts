import type { Clock, Timer } from '#base/clock.ts';
import { Heap } from '#base/heap.ts';
import type { QueuedPod } from './queued-pod.ts';

interface BackingOff {
  readonly pod: QueuedPod;
  readonly until: number;
}

const earliest = (a: BackingOff, b: BackingOff): number => a.until - b.until;
const uidOf = ({ pod }: BackingOff): string => pod.info.uid;

export interface BackoffQueueOptions {
  readonly clock: Clock;
  /** Is given pods whose time has come. */
  readonly due: (pods: readonly QueuedPod[]) => void;
}

/** Pods that wait a little before they are tried again: those that were refused, and those for which something went wrong. */
export class BackoffQueue {
  readonly #options: BackoffQueueOptions;
  readonly #refused = new Heap(earliest, uidOf);
  readonly #failed = new Heap(earliest, uidOf);
  #timer: Timer | undefined;

  constructor(options: BackoffQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#refused.size + this.#failed.size;
  }

  get(uid: string): QueuedPod | undefined {
    return (this.#refused.get(uid) ?? this.#failed.get(uid))?.pod;
  }

  *values(): Iterable<QueuedPod> {
    for (const heap of [this.#refused, this.#failed]) for (const { pod } of heap.values()) yield pod;
  }

  add(pod: QueuedPod, until: number): void {
    this.#heapOf(pod).set({ pod, until });
    this.#arm();
  }

  /** Puts news of a pod in place of what was known of it. */
  refresh(pod: QueuedPod): void {
    const heap = this.#heapOf(pod);
    const known = heap.get(pod.info.uid);
    if (known) heap.set({ ...known, pod });
  }

  delete(uid: string): void {
    this.#refused.delete(uid);
    this.#failed.delete(uid);
  }

  /** A pod whose time has not come; what went wrong otherwise is not hurried. */
  popEarly(): QueuedPod | undefined {
    return this.#refused.pop()?.pod;
  }

  close(): void {
    this.#timer?.cancel();
  }

  #heapOf({ failures }: QueuedPod): Heap<BackingOff> {
    return failures > 0 ? this.#failed : this.#refused;
  }

  #arm(): void {
    this.#timer?.cancel();
    const { clock } = this.#options;
    const firsts = [this.#refused.peek(), this.#failed.peek()].filter((first) => first !== undefined);
    if (firsts.length === 0) return;
    const until = Math.min(...firsts.map((first) => first.until));
    this.#timer = clock.setTimer(Math.max(0, until - clock.monotonic()), () => this.#release());
  }

  #release(): void {
    const now = this.#options.clock.monotonic();
    const due: QueuedPod[] = [];
    for (const heap of [this.#refused, this.#failed]) {
      for (let first = heap.peek(); first && first.until <= now; first = heap.peek()) {
        heap.pop();
        due.push(first.pod);
      }
    }
    this.#arm();
    this.#options.due(due);
  }
}
