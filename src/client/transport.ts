import type { MessageSchema } from '#machinery/schema/schema.ts';

/**
 * How a client reaches an API server. Two implementations: in-process (hands the call to the API server's pipeline,
 * sharing immutable objects) and HTTP. `testing/transport-suite.ts` runs over both.
 */
export interface Transport {
  /** Resolves with the decoded response object; rejects with `StatusError` for anything the server refuses. */
  request(request: ClientRequest): Promise<unknown>;
  /**
   * Delivers watch events in batches until the server ends the watch (resolves) or the signal aborts (resolves).
   * Rejects with `StatusError` when the watch cannot start or ends with an ERROR event (410 Expired, for example).
   * Events of `ERROR` type are never delivered; `BOOKMARK`s are.
   */
  watch(request: ClientRequest, listener: (events: readonly WatchEvent[]) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** A call as the API server sees it after routing. */
export interface ClientRequest {
  readonly verb: 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection' | 'watch';
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
  /** Query parameters as in the URL (`labelSelector`, `resourceVersion`, `dryRun`, …). */
  readonly query?: Readonly<Record<string, string>>;
  /** The decoded body; never mutated. Text for patches is not needed: JSON patches are arrays. */
  readonly body?: unknown;
  readonly patchType?: PatchType;
  readonly signal?: AbortSignal | undefined;
  /** The type of the objects that are asked for: lists that servers show as null are absent or empty in answers. */
  readonly schema?: MessageSchema;
}

export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json'
  | 'application/apply-patch+yaml';

export interface WatchEvent<T = unknown> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}
