import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { certificateOf } from './client-certificate.ts';
import type { Exchange, HeaderMap, ResponseStream } from './exchange.ts';
import { LazySignal } from './lazy-signal.ts';
import { readBody } from './read-body.ts';
import { splitTarget } from './split-target.ts';

/** An exchange over HTTP/1.1. */
export function createHttp1Exchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const { path, query } = splitTarget(request.url ?? '/');
  const gone = new LazySignal();
  response.once('close', gone.abort);
  return {
    method: request.method ?? 'GET',
    path,
    query,
    header: (name) => first(request.headers[name]),
    rawHeaders: request.rawHeaders,
    get certificate() {
      return certificateOf(request.socket as TLSSocket);
    },
    get signal() {
      return gone.signal;
    },
    remoteAddress: request.socket.remoteAddress ?? '',
    bodyStream: request,
    readBody: (limit) => readBody(request, limit),
    get answered() {
      return response.headersSent;
    },
    respond(code, headers, body) {
      response.writeHead(code, clean({ ...headers, 'content-length': String(body.length) }));
      response.end(request.method === 'HEAD' ? undefined : body);
    },
    startStream(code, headers) {
      response.writeHead(code, clean(headers));
      response.flushHeaders();
      return streamOf(response);
    },
  };
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
