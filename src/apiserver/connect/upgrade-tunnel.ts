import type { IncomingMessage } from 'node:http';
import { connect as netConnect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { newInternalError, newServiceUnavailable } from '#machinery/errors/status-error.ts';
import { type ConnectTarget, dialError, tlsOptionsOf } from './connect-target.ts';

/** Headers of one hop that are not passed on; credentials were for this server, not for who is behind it. */
const NOT_PASSED = new Set([
  'authorization',
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
]);

/**
 * Passes a connection that leaves HTTP (exec, attach, port-forward, WebSockets through a proxy) on, byte for byte: who is
 * behind this server speaks the client's protocol itself. A side that takes no more holds the other one up; a side that
 * has said all is still listened to. Rejects when the target cannot be reached; resolves when both sides are closed.
 */
export function tunnelUpgrade(
  client: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  target: ConnectTarget,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { socket } = client;
    const upstream = connect(target);
    let connected = false;
    upstream.once(target.scheme === 'https' ? 'secureConnect' : 'connect', () => {
      connected = true;
      upstream.setNoDelay(true);
      upstream.write(requestHead(client.request, target));
      if (client.head.length > 0) upstream.write(client.head);
      socket.pipe(upstream);
      upstream.pipe(socket);
    });
    const end = () => {
      upstream.destroy();
      socket.destroy();
      resolve();
    };
    upstream.once('error', (error) => (connected ? end() : reject(unreachable(target, error))));
    upstream.once('close', () => connected && end());
    socket.once('error', end);
    socket.once('close', end);
  });
}

function connect(target: ConnectTarget): Socket {
  const { host, port } = target;
  return target.scheme === 'https' ? tlsConnect({ host, port, ...tlsOptionsOf(target) }) : netConnect({ host, port });
}

function requestHead(request: IncomingMessage, { host, port, path }: ConnectTarget): string {
  const lines = [`${request.method} ${path} HTTP/1.1`, `Host: ${host}:${port}`, 'Connection: Upgrade'];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] as string;
    if (!NOT_PASSED.has(name.toLowerCase())) lines.push(`${name}: ${request.rawHeaders[index + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

const unreachable = (target: ConnectTarget, error: Error) =>
  target.tls
    ? newInternalError(`error dialing backend: ${dialError(target, error)}`)
    : newServiceUnavailable(`error trying to reach service: ${dialError(target, error)}`);
