import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { newInternalError, newServiceUnavailable, StatusError } from '#machinery/errors/status-error.ts';
import type { Exchange } from '../http/exchange.ts';
import { type ConnectTarget, dialError, tlsOptionsOf } from './connect-target.ts';
import { returnedHeaders, tunnelledHeaders } from './forward-headers.ts';

/** A client that wants to leave HTTP, with what it has sent behind its request already. */
interface LeavingClient {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * Passes a connection that leaves HTTP (exec, attach, port-forward, WebSockets through a proxy) on, byte for byte: who is
 * behind this server speaks the client's protocol itself. A side that takes no more holds the other one up; a side that
 * has said all is still listened to. What the client says behind its request waits until the other side has left HTTP,
 * too: before that it would be one more request there, made with this server's rights and authorized by nobody. A refusal
 * is passed back and ends the connection. Rejects when the target cannot be reached; resolves when both sides are closed.
 */
export function tunnelUpgrade(
  client: LeavingClient,
  target: ConnectTarget,
  exchange: Pick<Exchange, 'startStream'>,
): Promise<void> {
  const { socket } = client;
  const asked = ask(client.request, target);
  return new Promise((resolve, reject) => {
    let answered = false;
    const end = () => {
      asked.destroy();
      socket.destroy();
      resolve();
    };
    socket.once('error', end);
    socket.once('close', end);
    asked.on('error', (error) => (answered ? end() : reject(unreachable(target, error))));
    asked.once('upgrade', (answer, upstream, head) => {
      answered = true;
      upstream.once('error', end);
      upstream.once('close', end);
      upstream.setNoDelay(true);
      socket.write(switchingHead(answer));
      if (head.length > 0) socket.write(head);
      if (client.head.length > 0) upstream.write(client.head);
      socket.pipe(upstream);
      upstream.pipe(socket);
    });
    asked.once('response', (answer) => {
      answered = true;
      const { statusCode = 502 } = answer;
      if (statusCode < 400) {
        asked.destroy();
        return reject(new StatusError({ code: 500, message: `invalid upgrade response: status code ${statusCode}` }));
      }
      const headers = returnedHeaders(answer.rawHeaders, (_name, value) => value);
      const stream = exchange.startStream(statusCode, headers);
      answer.once('error', end);
      answer.once('end', () => stream.end());
      answer.pipe(socket, { end: false });
    });
    asked.end();
  });
}

function ask({ method, rawHeaders }: IncomingMessage, target: ConnectTarget) {
  const { scheme, host, port, path } = target;
  const headers = ['Host', `${host}:${port}`, 'Connection', 'Upgrade', ...tunnelledHeaders(rawHeaders, target.isOurs)];
  // Otherwise node ends the body of a POST with a chunk of nothing, which is taken for the first bytes of what follows HTTP.
  if (method !== 'GET') headers.push('Content-Length', '0');
  const address = target.address ?? host;
  const options = { host: address, port, path, method, headers, agent: false as const, insecureHTTPParser: true };
  return scheme === 'https' ? httpsRequest({ ...options, ...tlsOptionsOf(target) }) : httpRequest(options);
}

/** The answer by which the other side leaves HTTP, as it came. */
function switchingHead({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

const unreachable = (target: ConnectTarget, error: Error) =>
  target.tls
    ? newInternalError(`error dialing backend: ${dialError(target, error)}`)
    : newServiceUnavailable(`error trying to reach service: ${dialError(target, error)}`);
