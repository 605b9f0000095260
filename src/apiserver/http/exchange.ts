import type { Duplex, Readable } from 'node:stream';
import type { PeerCertificate } from '../authentication/peer-certificate.ts';

export type HeaderMap = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One HTTP request and its answer, the same over HTTP/1.1 and HTTP/2. */
export interface Exchange {
  readonly method: string;
  /** Path without the query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The query as it was sent, with its question mark; '' where there is none. */
  readonly search: string;
  /** By lower-case name; the first value of each. */
  header(name: string): string;
  /** Names and values in turn as they were sent, for headers that may come more than once. */
  readonly rawHeaders: readonly string[];
  /** The certificate that the client showed, trusted or not. */
  readonly certificate: PeerCertificate | undefined;
  /** Aborts when the client has gone or the answer is complete. */
  readonly signal: AbortSignal;
  readonly remoteAddress: string;
  /** The request's body as it comes, for those that pass it on; nobody reads it twice. */
  readonly bodyStream: Readable;
  /** Rejects with 413 past `limit` bytes. */
  readBody(limit: number): Promise<Uint8Array>;
  /** The whole answer at once. For a long one the promise resolves when the client has taken it, or has gone. */
  respond(code: number, headers: HeaderMap, body: Uint8Array): Promise<void> | undefined;
  /** The head of an answer whose body follows in pieces. */
  startStream(code: number, headers: HeaderMap): ResponseStream;
  /** Takes no further request over a connection that brings many at once; what is under way goes on. */
  closeConnection?(): void;
  /** Breaks an answer off that was begun: its client sees that it is not whole. */
  drop(): void;
  /** Whether an answer was begun. */
  readonly answered: boolean;
}

/** Answers longer than this are waited for. */
const LONG_BYTES = 64 * 1024;
/** How long a client may take to take an answer. */
const TAKE_MS = 60_000;

/** Resolves when a long answer is sent, which `onSent` tells; drops a client that does not take it. Undefined for short ones. */
export function untilTaken(
  onSent: (done: () => void) => void,
  bytes: number,
  drop: () => void,
): Promise<void> | undefined {
  if (bytes <= LONG_BYTES) return undefined;
  return new Promise((resolve) => {
    const timer = setTimeout(drop, TAKE_MS);
    onSent(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export interface ResponseStream {
  /** False when the client is slow: wait for `onDrain` before writing more. */
  write(chunk: Uint8Array): boolean;
  onDrain(callback: () => void): void;
  end(): void;
  /** Ends the connection of this answer without completing it. */
  destroy(): void;
  /** For piping. */
  readonly writable: Duplex | NodeJS.WritableStream;
}
