import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { PeerCertificate } from '../authentication/peer-certificate.ts';
import { certificateOf } from './client-certificate.ts';
import { type Exchange, type HeaderMap, type ResponseStream, untilTaken } from './exchange.ts';
import { LazySignal } from './lazy-signal.ts';
import { bodyOf, readBody } from './read-body.ts';
import { splitTarget } from './split-target.ts';

const LINGER_MS = 500;
const SLICE_BYTES = 256 * 1024;

/** An exchange over HTTP/1.1. */
export class Http1Exchange implements Exchange {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly search: string;
  readonly bodyStream: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #isLast: () => boolean;
  readonly #gone = new LazySignal();

  /** With `isLast` the answer tells the client that its connection closes after it. */
  constructor(request: IncomingMessage, response: ServerResponse, isLast: () => boolean = () => false) {
    const { path, query, search } = splitTarget(request.url ?? '/');
    this.path = path;
    this.query = query;
    this.search = search;
    this.bodyStream = request;
    this.#response = response;
    this.#isLast = isLast;
    response.on('close', this.#gone.abort);
  }

  get method(): string {
    return this.bodyStream.method ?? 'GET';
  }

  header(name: string): string {
    return first(this.bodyStream.headers[name]);
  }

  get rawHeaders(): readonly string[] {
    return this.bodyStream.rawHeaders;
  }

  get certificate(): PeerCertificate | undefined {
    return certificateOf(this.bodyStream.socket as TLSSocket);
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get remoteAddress(): string {
    return this.bodyStream.socket.remoteAddress ?? '';
  }

  get answered(): boolean {
    return this.#response.headersSent;
  }

  readBody(limit: number): Promise<Uint8Array> {
    return readBody(bodyOf(this.bodyStream), limit);
  }

  respond(code: number, headers: HeaderMap, body: Uint8Array): Promise<void> | undefined {
    const { complete, readableFlowing } = this.bodyStream;
    // Somebody began to read what the client sends, and left it: the next request cannot be found behind it.
    const isCutShort = !complete && readableFlowing !== null;
    if (isCutShort) this.#response.shouldKeepAlive = false;
    this.#writeHead(code, { ...headers, 'content-length': String(body.length) });
    const shown = this.method === 'HEAD' ? undefined : body;
    if (isCutShort) this.#endLate(shown);
    else if (shown && shown.length > SLICE_BYTES) this.#writeSlices(shown);
    else this.#response.end(shown);
    const onSent = (done: () => void) => void this.#response.once('finish', done).once('close', done);
    return untilTaken(onSent, shown?.length ?? 0, () => this.#response.destroy());
  }

  /** Whatever is written at once is encrypted at once, and the memory for it stays with the connection. */
  #writeSlices(body: Uint8Array): void {
    const response = this.#response;
    let at = 0;
    const writeOn = () => {
      while (at < body.length && !response.destroyed) {
        const slice = body.subarray(at, at + SLICE_BYTES);
        at += slice.length;
        if (!response.write(slice) && at < body.length) return void response.once('drain', writeOn);
      }
      response.end();
    };
    writeOn();
  }

  /** Hears the client out for a while: closing while it sends would take the answer from it. */
  #endLate(body: Uint8Array | undefined): void {
    if (body !== undefined) this.#response.write(body);
    const end = () => {
      clearTimeout(timer);
      this.#response.end();
    };
    const timer = setTimeout(end, LINGER_MS);
    this.bodyStream.once('end', end);
    this.bodyStream.once('close', end);
    this.bodyStream.resume();
  }

  startStream(code: number, headers: HeaderMap): ResponseStream {
    this.#writeHead(code, headers);
    this.#response.flushHeaders();
    return streamOf(this.#response);
  }

  drop(): void {
    this.#response.destroy();
  }

  #writeHead(code: number, headers: HeaderMap): void {
    if (this.#isLast()) this.#response.shouldKeepAlive = false;
    // Since HTTP/1.1 connections are kept unless somebody says otherwise: Go does not say it either.
    if (this.#response.shouldKeepAlive && this.bodyStream.httpVersionMinor > 0)
      this.#response.removeHeader('connection');
    this.#response.writeHead(code, clean(headers));
  }
}

function streamOf(response: ServerResponse): ResponseStream {
  return {
    write: (chunk) => response.write(chunk),
    onDrain: (callback) => void response.on('drain', callback),
    end: () => void response.end(),
    destroy: () => void response.destroy(),
    writable: response,
  };
}

const first = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? (value[0] ?? '') : (value ?? '');

function clean(headers: HeaderMap): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = typeof value === 'string' ? value : [...value];
  }
  return result;
}
