import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { newTimeout } from '#machinery/errors/status-error.ts';
import type { Exchange, HeaderMap, ResponseStream } from '../http/exchange.ts';
import { warningHeaders } from '../http/warning-headers.ts';
import type { RequestBody, ResourceTarget } from '../request.ts';
import type { ResourceResult } from '../result.ts';
import { anonymousUser, type UserInfo } from '../user.ts';
import { noLatencies } from './latencies.ts';

/** Places for what nearly every answer says, so that it need not grow. Nobody keeps answers, unless they say otherwise themselves. */
const USUAL_HEADERS = {
  'audit-id': undefined,
  'cache-control': 'no-cache, private',
  'content-type': undefined,
  'x-kubernetes-pf-flowschema-uid': undefined,
  'x-kubernetes-pf-prioritylevel-uid': undefined,
};

/** What who waited too long is told, as upstream writes it: by hand, whatever the client accepts. */
const LATE = new TextEncoder().encode(
  `${JSON.stringify({
    metadata: {},
    status: 'Failure',
    message: 'Timeout: request did not complete within the allotted timeout',
    reason: 'Timeout',
    details: {},
    code: 504,
  })}\n`,
);

/** A connection that is about to leave HTTP. */
export interface UpgradingClient {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * One HTTP request on its way through the filters: the exchange itself, and what the filters found out about it.
 * Headers set here are part of whatever answer is given.
 */
export class RequestContext implements Exchange {
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  /** Set for connections that leave HTTP. */
  readonly upgrading: UpgradingClient | undefined;
  /** What the request is about; undefined for paths outside the resources. */
  target: ResourceTarget | undefined;
  /** As authorization sees it: `list`, or the method in lower case for paths outside the resources. */
  verb = '';
  isLongRunning = false;
  user: UserInfo = anonymousUser;
  /** Status code of the answer; 0 before there is one. */
  code = 0;
  /** Bytes of the answer's body so far. */
  bytes = 0;
  /** Names the request in the audit log and to the client. */
  auditId = '';
  /** Whether it was answered because it took too long. */
  isLate = false;
  /** Whether the server ended it to protect itself. */
  isTerminated = false;
  /** Whether a fault of the server's own ended it. */
  failed = false;
  /** For the audit log: kept by whoever serves resources. */
  body: RequestBody | undefined;
  result: ResourceResult | undefined;
  /** Where its time went so far. */
  readonly latencies = noLatencies();
  /** Texts of Warning headers of whatever answer is given. */
  readonly warnings: string[] = [];
  /** What the audit log says beside the request itself; undefined while nothing has to be said. */
  annotations: Record<string, string> | undefined;
  /** Called once when the head of a streamed answer is sent. */
  onStarted: (() => void) | undefined;
  /** Lets the next request begin although this one goes on; for long-running requests that have begun. */
  releaseSeat: (() => void) | undefined;
  readonly #exchange: Exchange;
  #headers: Record<string, HeaderMap[string]> | undefined;

  constructor(exchange: Exchange, receivedAt: number, upgrading?: UpgradingClient) {
    this.#exchange = exchange;
    this.receivedAt = receivedAt;
    this.upgrading = upgrading;
  }

  get method(): string {
    return this.#exchange.method;
  }
  get path(): string {
    return this.#exchange.path;
  }
  get query(): URLSearchParams {
    return this.#exchange.query;
  }
  get search(): string {
    return this.#exchange.search;
  }
  /** Path and query as they were sent. */
  get uri(): string {
    const { path, search } = this.#exchange;
    return path + search;
  }
  get rawHeaders(): readonly string[] {
    return this.#exchange.rawHeaders;
  }
  get certificate(): Exchange['certificate'] {
    return this.#exchange.certificate;
  }
  get signal(): AbortSignal {
    return this.#exchange.signal;
  }
  get remoteAddress(): string {
    return this.#exchange.remoteAddress;
  }
  get answered(): boolean {
    return this.#exchange.answered;
  }
  get bodyStream(): Exchange['bodyStream'] {
    return this.#exchange.bodyStream;
  }

  header(name: string): string {
    return this.#exchange.header(name);
  }

  readBody(limit: number): Promise<Uint8Array> {
    return this.#exchange.readBody(limit);
  }

  closeConnection(): void {
    this.#exchange.closeConnection?.();
  }

  /** Adds a header to the answer, by lower-case name. */
  setHeader(name: string, value: string): void {
    this.#headers ??= { ...USUAL_HEADERS };
    this.#headers[name] = value;
  }

  readonly annotate = (key: string, value: string): void => {
    this.annotations ??= {};
    this.annotations[key] = value;
  };

  /** Answers that there was no time for an answer, or breaks off one that has begun. What somebody says later is not sent. */
  endLate(): void {
    if (this.answered) this.drop();
    else this.respond(504, { 'content-type': 'text/plain; charset=utf-8' }, LATE);
    this.isTerminated = true;
    this.isLate = true;
  }

  drop(): void {
    this.#exchange.drop();
  }

  respond(code: number, headers: HeaderMap, body: Uint8Array): Promise<void> | undefined {
    if (this.isLate) return undefined;
    this.code = code;
    this.bytes = body.length;
    return this.#exchange.respond(code, this.#withOwn(headers), body);
  }

  startStream(code: number, headers: HeaderMap): ResponseStream {
    if (this.isLate) throw newTimeout('request did not complete within the allotted timeout', 0);
    this.started(code);
    const stream = this.#exchange.startStream(code, this.#withOwn(headers));
    return {
      write: (chunk) => {
        this.bytes += chunk.length;
        return stream.write(chunk);
      },
      onDrain: stream.onDrain,
      end: stream.end,
      destroy: stream.destroy,
      get writable() {
        return stream.writable;
      },
    };
  }

  /** The answer goes on from here by itself, after this status code. */
  started(code: number): void {
    this.code = code;
    this.onStarted?.();
    this.onStarted = undefined;
  }

  #withOwn(headers: HeaderMap): HeaderMap {
    const all = (this.#headers ??= { ...USUAL_HEADERS });
    if (this.warnings.length > 0) Object.assign(all, warningHeaders(this.warnings));
    // There is one answer: what is set here is not used again.
    for (const name in headers) all[name] = headers[name];
    return all;
  }
}
