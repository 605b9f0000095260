/** Milliseconds that a request has spent in parts of the server; 0 where it was not or spent none. */
export interface Latencies {
  authentication: number;
  impersonation: number;
  /** Waiting for its turn. */
  queue: number;
  authorization: number;
}

export const noLatencies = (): Latencies => ({ authentication: 0, impersonation: 0, queue: 0, authorization: 0 });
