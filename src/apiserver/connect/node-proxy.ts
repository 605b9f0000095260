import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { type SecureContextOptions, connect as tlsConnect } from 'node:tls';
import { newInternalError } from '#machinery/errors/status-error.ts';
import type { Exchange } from '../http/exchange.ts';
import type { NodeRequest } from './node-connection.ts';

/** How this server proves itself to nodes. */
export interface NodeCredentials {
  readonly tls: SecureContextOptions & { readonly ca?: string };
}

/** Headers of one hop that are not passed on; credentials were for this server, not for the node. */
const NOT_PASSED = new Set([
  'authorization',
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
]);

/** Passes a plain request on to a node and streams its answer back, for logs. Rejects while nothing was answered yet. */
export function proxyExchange(exchange: Exchange, node: NodeRequest, credentials: NodeCredentials): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: node.endpoint.host,
        port: node.endpoint.port,
        path: node.path,
        method: exchange.method,
        ...credentials.tls,
        checkServerIdentity: () => undefined,
        agent: false,
        signal: exchange.signal,
      },
      (answer) => {
        const contentType = answer.headers['content-type'] ?? 'text/plain';
        const stream = exchange.startStream(answer.statusCode ?? 502, { 'content-type': contentType });
        answer.pipe(stream.writable as NodeJS.WritableStream);
        answer.once('error', () => stream.destroy());
        answer.once('end', resolve);
        answer.once('close', resolve);
      },
    );
    request.once('error', (error) => (exchange.signal.aborted ? resolve() : reject(unreachable(node, error))));
    request.end();
  });
}

/**
 * Passes a request that leaves HTTP (exec, attach, port-forward) on to a node, byte for byte: the node speaks the
 * client's protocol itself. Rejects when the node cannot be reached.
 */
export function proxyUpgrade(
  client: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  node: NodeRequest,
  credentials: NodeCredentials,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { host, port } = node.endpoint;
    const upstream = tlsConnect({ host, port, ...credentials.tls, checkServerIdentity: () => undefined });
    let connected = false;
    upstream.once('secureConnect', () => {
      connected = true;
      upstream.setNoDelay(true);
      upstream.write(requestHead(client.request, node));
      if (client.head.length > 0) upstream.write(client.head);
      client.socket.pipe(upstream);
      upstream.pipe(client.socket);
    });
    const end = () => {
      upstream.destroy();
      client.socket.destroy();
      resolve();
    };
    upstream.once('error', (error) => (connected ? end() : reject(unreachable(node, error))));
    upstream.once('close', end);
    client.socket.once('error', end);
    client.socket.once('close', end);
  });
}

function requestHead(request: IncomingMessage, node: NodeRequest): string {
  const lines = [
    `${request.method} ${node.path} HTTP/1.1`,
    `Host: ${node.endpoint.host}:${node.endpoint.port}`,
    'Connection: Upgrade',
  ];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] as string;
    if (!NOT_PASSED.has(name.toLowerCase())) lines.push(`${name}: ${request.rawHeaders[index + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

const unreachable = ({ endpoint }: NodeRequest, error: Error) =>
  newInternalError(`error dialing backend: dial tcp ${endpoint.host}:${endpoint.port}: ${error.message}`);
