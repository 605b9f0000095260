import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { endConnection } from '#client/end-connection.ts';
import { targetOf } from '../filters/request-info.ts';
import type { ApiHandler } from './api-handler.ts';
import { certificateOf } from './client-certificate.ts';
import type { Exchange, HeaderMap } from './exchange.ts';
import { LazySignal } from './lazy-signal.ts';
import { splitTarget } from './split-target.ts';

/** Takes connections that want to leave HTTP through the same filters as every request. False for those that stay. */
export function createUpgradeHandler({ handle }: Pick<ApiHandler, 'handle'>) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): boolean => {
    const exchange = createUpgradeExchange(request, socket);
    if (!leavesHttp(exchange)) return false;
    socket.on('error', () => socket.destroy());
    socket.once('close', exchange.gone.abort);
    handle(exchange, { request, socket, head });
    return true;
  };
}

/** What goes on to a node or pod may speak anything there; watches and logs know WebSockets; all else is HTTP. */
function leavesHttp(exchange: Exchange): boolean {
  const target = targetOf(exchange);
  if (target === undefined || target.verb === 'connect') return target !== undefined;
  const isStreamed = target.verb === 'watch' || (target.verb === 'get' && target.subresource === 'log');
  return isStreamed && exchange.header('upgrade').toLowerCase() === 'websocket';
}

/** Such a connection as an exchange: until its protocol is switched, an answer is ordinary HTTP, and the last one. */
function createUpgradeExchange(request: IncomingMessage, socket: Duplex): Exchange & { readonly gone: LazySignal } {
  const { path, query, search } = splitTarget(request.url ?? '/');
  const { remoteAddress = '' } = socket as TLSSocket;
  const gone = new LazySignal();
  let answered = false;
  return {
    gone,
    method: request.method ?? 'GET',
    path,
    query,
    search,
    header(name) {
      const value = request.headers[name];
      return Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
    },
    rawHeaders: request.rawHeaders,
    get certificate() {
      return certificateOf(socket as TLSSocket);
    },
    get signal() {
      return gone.signal;
    },
    remoteAddress,
    bodyStream: Readable.from([]),
    readBody: async () => new Uint8Array(),
    respond(code, headers, body) {
      answered = true;
      socket.write(headOf(code, { ...headers, 'content-length': String(body.length), connection: 'close' }));
      endConnection(socket, body);
      return undefined;
    },
    startStream(code, headers) {
      answered = true;
      socket.write(headOf(code, { ...headers, connection: 'close' }));
      return {
        write: (chunk) => socket.write(chunk),
        onDrain: (callback) => void socket.on('drain', callback),
        end: () => endConnection(socket),
        destroy: () => void socket.destroy(),
        writable: socket,
      };
    },
    drop: () => void socket.destroy(),
    get answered() {
      return answered || socket.destroyed;
    },
  };
}

function headOf(code: number, headers: HeaderMap): string {
  const lines = [`HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}`];
  for (const [name, value = []] of Object.entries(headers)) {
    for (const each of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${each}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
