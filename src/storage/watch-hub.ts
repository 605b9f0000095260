import type { Logger } from '#base/logger.ts';
import type { StoreEvent, StoreWatch } from './store.ts';

type Listener = (events: readonly StoreEvent[]) => void;

interface Subscription {
  /** Events at or before it are not delivered. */
  readonly position: number;
  readonly listener: Listener;
}

/** The live watches of a store. */
export class WatchHub {
  readonly #logger: Logger | undefined;
  readonly #subscriptions = new Set<Subscription>();

  constructor(logger?: Logger) {
    this.#logger = logger;
  }

  add(position: number, listener: Listener): StoreWatch {
    const subscription: Subscription = { position, listener };
    this.#subscriptions.add(subscription);
    return { cancel: () => void this.#subscriptions.delete(subscription) };
  }

  deliver(events: readonly StoreEvent[]): void {
    // A set tolerates that a listener cancels any watch meanwhile, and does not call it afterwards.
    for (const { position, listener } of this.#subscriptions) {
      const first = events[0]!;
      const wanted = first.revision > position ? events : events.filter((event) => event.revision > position);
      if (wanted.length > 0) this.call(listener, wanted);
    }
  }

  /** A listener that throws breaks its own contract, not the store. */
  call(listener: Listener, events: readonly StoreEvent[]): void {
    try {
      listener(events);
    } catch (error) {
      this.#logger?.error('Watch listener failed', { error, revision: events[0]?.revision });
    }
  }

  clear(): void {
    this.#subscriptions.clear();
  }
}
