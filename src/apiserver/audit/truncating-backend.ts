import type { Logger } from '#base/logger.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import type { AuditBackend } from './audit-backend.ts';
import type { AuditEvent } from './audit-event.ts';

const TRUNCATED = 'audit.k8s.io/truncated';

export interface TruncatingBackendOptions {
  /** How large an event may be as JSON. */
  readonly maxEventBytes: number;
  readonly logger: Logger;
}

/** Leaves the objects out of events that are too large. What is too large without them goes nowhere. */
export class TruncatingBackend implements AuditBackend {
  readonly #backend: AuditBackend;
  readonly #options: TruncatingBackendOptions;

  constructor(backend: AuditBackend, options: TruncatingBackendOptions) {
    this.#backend = backend;
    this.#options = options;
  }

  write(event: AuditEvent): Promise<boolean> | undefined {
    const { maxEventBytes, logger } = this.#options;
    if (sizeOf(event) <= maxEventBytes) return this.#backend.write(event);
    const hasObjects = event.level === 'Request' || event.level === 'RequestResponse';
    const small = hasObjects ? withoutObjects(event) : event;
    if (sizeOf(small) <= maxEventBytes) return this.#backend.write(small);
    logger.error('audit event is too large even after truncating', { auditID: event.auditID });
    return undefined;
  }

  close(): Promise<void> {
    return this.#backend.close();
  }
}

const sizeOf = (event: AuditEvent): number => Buffer.byteLength(stringifyJson(event)) + 1;

function withoutObjects(event: AuditEvent): AuditEvent {
  const { requestObject: _request, responseObject: _response, annotations, ...rest } = event;
  return { ...rest, annotations: { ...annotations, [TRUNCATED]: 'true' } };
}
