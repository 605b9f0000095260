import type { Clock, Timer } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { AuditBackend } from './audit-backend.ts';
import type { AuditEvent } from './audit-event.ts';
import { deliver } from './deliver.ts';

export interface WebhookBackendOptions {
  /** Delivers a body (an `EventList` as JSON); rejects when it was not taken. */
  readonly post: (body: string) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Events of one delivery at most; 400 by default. */
  readonly maxBatch?: number;
  /** How long an event waits for others; 30 s by default. */
  readonly maxWaitMs?: number;
  /** Events kept while they cannot be delivered, beyond which new ones are dropped; 10,000 by default. */
  readonly maxBuffer?: number;
  /** The first wait before a delivery is tried again, longer each time, five times; 10 s by default. */
  readonly firstRetryMs?: number;
}

const DEFAULTS = { maxBatch: 400, maxWaitMs: 30_000, maxBuffer: 10_000 };

/** Sends events in batches to somebody who keeps them. */
export class WebhookBackend implements AuditBackend {
  readonly #options: WebhookBackendOptions & typeof DEFAULTS;
  #events: AuditEvent[] = [];
  #timer: Timer | undefined;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(options: WebhookBackendOptions) {
    this.#options = { ...DEFAULTS, ...options };
  }

  write(event: AuditEvent): undefined {
    const { clock, logger, maxBatch, maxWaitMs, maxBuffer } = this.#options;
    if (this.#closed) return;
    if (this.#events.length >= maxBuffer) {
      logger.error('audit event dropped', { auditID: event.auditID, buffered: this.#events.length });
      return;
    }
    this.#events.push(event);
    if (this.#events.length >= maxBatch) this.#send();
    else this.#timer ??= clock.setTimer(maxWaitMs, () => this.#send());
  }

  /** Delivers what is left, each batch once. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#sending;
    this.#send();
    await this.#sending;
  }

  #send(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = undefined;
    });
  }

  async #drain(): Promise<void> {
    const { maxBatch } = this.#options;
    while (this.#events.length > 0) {
      await deliver(this.#events.splice(0, maxBatch), { ...this.#options, isOver: () => this.#closed });
    }
  }
}
