import type { AuditEvent } from './audit-event.ts';

/** Where audit events go. */
export interface AuditBackend {
  /** Takes an event; never throws and never waits. */
  write(event: AuditEvent): void;
  /** Resolves when everything taken is where it belongs. Nothing is written afterwards. */
  close(): Promise<void>;
}
