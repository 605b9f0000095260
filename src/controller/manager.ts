import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { Random } from '#base/random.ts';
import type { Client } from '#client/client.ts';
import type { EventRecorder } from '#client/events/event-recorder.ts';
import type { InformerFactory } from '#client/informer-factory.ts';

/** What every controller is made with. */
export interface ControllerContext {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Where queues are measured, if anybody asks for that. */
  readonly metrics?: MetricRegistry;
}

/** Something that works until its signal aborts. */
export interface Runnable {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/** Runs controllers over shared informers. */
export class Manager {
  readonly context: ControllerContext;
  readonly #runnables: Runnable[] = [];

  constructor(context: ControllerContext) {
    this.context = context;
  }

  add(...runnables: readonly Runnable[]): this {
    this.#runnables.push(...runnables);
    return this;
  }

  /** Starts the informers, waits for their first lists, then works until the signal aborts and all work has ended. */
  async run(signal: AbortSignal, onStarted: () => void = () => {}): Promise<void> {
    const { informers, logger } = this.context;
    informers.start(signal);
    try {
      await informers.synced();
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    onStarted();
    await Promise.all(
      this.#runnables.map((runnable) =>
        runnable.run(signal).catch((error) => {
          if (!signal.aborted) logger.error('controller stopped', { controller: runnable.name, error });
        }),
      ),
    );
  }
}
