import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import type { Filter } from './filters/filter.ts';
import { flowControlled } from './filters/flow-control.ts';
import { ConfigurationController } from './flow-control/configuration-controller.ts';
import { FlowControl } from './flow-control/flow-control.ts';
import type { Pipeline } from './pipeline.ts';
import type { ResourceTarget } from './request.ts';

export interface OperationsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Requests over HTTP that run at a time; 600 by default. */
  readonly totalSeats?: number;
}

/** What the server does beside answering: priority and fairness, and the work that goes on while it runs. */
export class Operations {
  readonly flowControl: FlowControl;
  readonly flowControlFilter: Filter;
  readonly #options: OperationsOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];

  constructor({ table }: Pipeline, options: OperationsOptions) {
    this.#options = options;
    const { clock, totalSeats } = options;
    this.flowControl = new FlowControl({ clock, ...(totalSeats === undefined ? {} : { totalSeats }) });
    this.flowControlFilter = flowControlled({
      flowControl: this.flowControl,
      count: ({ group, version, resource }: ResourceTarget) =>
        table.get(group, version, resource)?.handler.count?.() ?? 0,
      monotonic: () => clock.monotonic(),
    });
  }

  /** Begins what goes on in the background, as the server's own user. */
  start(client: Client): void {
    const { clock, logger } = this.#options;
    const { flowControl } = this;
    this.#running.push(new ConfigurationController({ client, flowControl, clock, logger }).run(this.#stop.signal));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }
}
