import type { AuditEvent } from './audit-event.ts';

/** Where audit events go. */
export interface AuditBackend {
  /**
   * Takes an event; never throws. Who has to wait until the event is where it belongs gets a promise, which resolves with
   * whether the request may go on: false when an event that must not be lost is.
   */
  write(event: AuditEvent): Promise<boolean> | undefined;
  /** Resolves when everything taken is where it belongs. Nothing is written afterwards. */
  close(): Promise<void>;
}
