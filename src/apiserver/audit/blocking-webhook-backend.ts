import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { AuditBackend } from './audit-backend.ts';
import type { AuditEvent } from './audit-event.ts';
import { deliver } from './deliver.ts';

export interface BlockingWebhookOptions {
  /** Delivers a body (an `EventList` as JSON); rejects when it was not taken. */
  readonly post: (body: string) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a request whose event nobody took is refused. */
  readonly isStrict: boolean;
  /** The first wait before a delivery is tried again, longer each time, five times; 10 s by default. */
  readonly firstRetryMs?: number;
}

/** Sends each event by itself, while its request waits. */
export class BlockingWebhookBackend implements AuditBackend {
  readonly #options: BlockingWebhookOptions;
  readonly #sending = new Set<Promise<boolean>>();
  #closed = false;

  constructor(options: BlockingWebhookOptions) {
    this.#options = options;
  }

  write(event: AuditEvent): Promise<boolean> {
    const sending = this.#send(event).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
    return sending;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#sending);
  }

  async #send(event: AuditEvent): Promise<boolean> {
    const isTaken = await deliver([event], { ...this.#options, isOver: () => this.#closed });
    return isTaken || !this.#options.isStrict;
  }
}
