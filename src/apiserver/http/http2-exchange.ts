import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { certificateOf } from './client-certificate.ts';
import type { Exchange, HeaderMap, ResponseStream } from './exchange.ts';
import { LazySignal } from './lazy-signal.ts';
import { readBody } from './read-body.ts';
import { splitTarget } from './split-target.ts';

const { NGHTTP2_NO_ERROR: NO_ERROR } = constants;

/** An exchange over HTTP/2, on the stream itself: node's compatibility layer costs twice the time. */
export function createHttp2Exchange(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
): Exchange {
  const { path, query } = splitTarget(String(headers[':path'] ?? '/'));
  const method = String(headers[':method'] ?? 'GET');
  const socket = stream.session?.socket as TLSSocket | undefined;
  const gone = new LazySignal();
  stream.once('close', gone.abort);
  // A client that resets its stream is no fault of ours; `close` follows and aborts the signal.
  stream.on('error', gone.abort);
  return {
    method,
    path,
    query,
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
    },
    rawHeaders,
    get certificate() {
      return socket && certificateOf(socket);
    },
    get signal() {
      return gone.signal;
    },
    remoteAddress: socket?.remoteAddress ?? '',
    bodyStream: stream,
    readBody: (limit) => readBody(stream, limit),
    get answered() {
      return stream.headersSent || stream.destroyed;
    },
    respond(code, head, body) {
      if (stream.destroyed) return;
      stream.respond({ ':status': code, ...clean(head), 'content-length': body.length });
      stream.end(method === 'HEAD' ? undefined : body);
      // What the client still wants to send is not wanted any more; the answer stands.
      if (!stream.endAfterHeaders && !stream.readableEnded) stream.once('finish', () => stream.close(NO_ERROR));
    },
    startStream(code, head) {
      if (!stream.destroyed) stream.respond({ ':status': code, ...clean(head) });
      return streamOf(stream);
    },
  };
}

function streamOf(stream: ServerHttp2Stream): ResponseStream {
  return {
    write: (chunk) => (stream.destroyed ? true : stream.write(chunk)),
    onDrain: (callback) => void stream.on('drain', callback),
    end: () => void stream.end(),
    destroy: () => stream.close(2),
    writable: stream,
  };
}

function clean(headers: HeaderMap): OutgoingHttpHeaders {
  const result: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name === 'connection' || name === 'transfer-encoding') continue;
    result[name] = typeof value === 'string' ? value : [...value];
  }
  return result;
}
