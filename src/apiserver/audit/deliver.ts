import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import type { AuditEvent } from './audit-event.ts';

export interface DeliverOptions {
  readonly post: (body: string) => Promise<void>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly logger: Logger;
  /** The first wait before another attempt, longer each time. */
  readonly firstRetryMs?: number | undefined;
  /** Whether there is no time for another attempt. */
  readonly isOver: () => boolean;
}

const ATTEMPTS = 5;
const FACTOR = 1.5;
const FIRST_RETRY_MS = 10_000;

/** Sends events until they are taken, five times at most; answers whether they were. What is lost is logged. */
export async function deliver(items: readonly AuditEvent[], options: DeliverOptions): Promise<boolean> {
  const { post, clock, logger, firstRetryMs = FIRST_RETRY_MS, isOver } = options;
  const body = stringifyJson({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items });
  for (let attempt = 1; ; attempt++) {
    try {
      await post(body);
      return true;
    } catch (error) {
      if (isOver() || attempt >= ATTEMPTS) {
        logger.error('send audit events failed', { error, events: items.length });
        return false;
      }
    }
    await clock.sleep(firstRetryMs * FACTOR ** (attempt - 1));
  }
}
