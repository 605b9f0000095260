import { AsyncQueue } from '#base/async-queue.ts';
import type { ContainerEvent } from '../runtime.ts';

/** Hands container events to everyone who listens. */
export class EventHub {
  readonly #queues = new Set<AsyncQueue<ContainerEvent>>();

  emit(event: ContainerEvent): void {
    for (const queue of this.#queues) queue.push(event);
  }

  /** Listens from the call on, not from the first step of the iteration. */
  subscribe(signal: AbortSignal): AsyncIterable<ContainerEvent> {
    const queue = new AsyncQueue<ContainerEvent>();
    if (signal.aborted) {
      queue.end();
      return queue;
    }
    this.#queues.add(queue);
    const end = () => {
      this.#queues.delete(queue);
      queue.end();
    };
    signal.addEventListener('abort', end, { once: true });
    return queue;
  }

  /** Ends every listener. */
  close(): void {
    for (const queue of this.#queues) queue.end();
    this.#queues.clear();
  }
}
