import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { PeerCertificate } from '../authentication/peer-certificate.ts';
import { certificateOf } from './client-certificate.ts';
import { type Exchange, type HeaderMap, type ResponseStream, untilTaken } from './exchange.ts';
import { LazySignal } from './lazy-signal.ts';
import { readBody } from './read-body.ts';
import { splitTarget } from './split-target.ts';

const { NGHTTP2_NO_ERROR: NO_ERROR } = constants;

/** An exchange over HTTP/2, on the stream itself: node's compatibility layer costs twice the time. */
export class Http2Exchange implements Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly rawHeaders: readonly string[];
  readonly bodyStream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #gone = new LazySignal();

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: readonly string[]) {
    const { path, query } = splitTarget(String(headers[':path'] ?? '/'));
    this.method = String(headers[':method'] ?? 'GET');
    this.path = path;
    this.query = query;
    this.rawHeaders = rawHeaders;
    this.bodyStream = stream;
    this.#headers = headers;
    stream.on('close', this.#gone.abort);
    // A client that resets its stream is no fault of ours; `close` follows and aborts the signal.
    stream.on('error', this.#gone.abort);
  }

  header(name: string): string {
    const value = this.#headers[name];
    return Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
  }

  get certificate(): PeerCertificate | undefined {
    const socket = this.#socket;
    return socket && certificateOf(socket);
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get remoteAddress(): string {
    return this.#socket?.remoteAddress ?? '';
  }

  get answered(): boolean {
    return this.bodyStream.headersSent || this.bodyStream.destroyed;
  }

  readBody(limit: number): Promise<Uint8Array> {
    return readBody(this.bodyStream, limit);
  }

  respond(code: number, head: HeaderMap, body: Uint8Array): Promise<void> | undefined {
    const stream = this.bodyStream;
    if (stream.destroyed) return undefined;
    const headers = outgoing(code, head);
    headers['content-length'] = body.length;
    stream.respond(headers);
    stream.end(this.method === 'HEAD' ? undefined : body);
    // What the client still wants to send is not wanted any more; the answer stands.
    if (!stream.endAfterHeaders && !stream.readableEnded) stream.once('finish', () => stream.close(NO_ERROR));
    return untilTaken(stream, this.method === 'HEAD' ? 0 : body.length, () => stream.close(NO_ERROR));
  }

  startStream(code: number, head: HeaderMap): ResponseStream {
    const stream = this.bodyStream;
    if (!stream.destroyed) stream.respond(outgoing(code, head));
    return {
      write: (chunk) => (stream.destroyed ? true : stream.write(chunk)),
      onDrain: (callback) => void stream.on('drain', callback),
      end: () => void stream.end(),
      destroy: () => stream.close(2),
      writable: stream,
    };
  }

  get #socket(): TLSSocket | undefined {
    return this.bodyStream.session?.socket as TLSSocket | undefined;
  }
}

function outgoing(code: number, head: HeaderMap): OutgoingHttpHeaders {
  const result: OutgoingHttpHeaders = { ':status': code };
  for (const name in head) {
    const value = head[name];
    if (value === undefined || name === 'connection' || name === 'transfer-encoding') continue;
    result[name] = typeof value === 'string' ? value : [...value];
  }
  return result;
}
