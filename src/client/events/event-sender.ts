import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Logger } from '#base/logger.ts';
import { KeyedQueue } from './keyed-queue.ts';

/** Events under way at once, each of another object. So few give way to what they tell of: under load each waits its turn. */
const WIDTH = 4;
/** What waits beyond that is dropped: the telling must not fill the memory. */
const MOST_QUEUED = 16_384;

/** Whom an event is about. */
interface Subject {
  readonly uid?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Sends events in the background: those of one object in order, those of different ones side by side. */
export class EventSender {
  readonly #queue = new KeyedQueue(WIDTH);
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get isFull(): boolean {
    return this.#queue.size >= MOST_QUEUED;
  }

  /** Gives up an event before it was made. */
  drop(object: KubernetesObject, reason: string): void {
    this.#logger.debug('event dropped: too many wait', { reason, object: object.metadata?.name });
  }

  send({ uid, namespace, name }: Subject, reason: string, work: () => Promise<void>): void {
    this.#queue.run(`${uid} ${namespace}/${name}`, () =>
      work().catch((error) => this.#logger.debug('event not recorded', { reason, object: name, error })),
    );
  }

  /** Resolves when everything sent so far has arrived or was given up. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }
}
