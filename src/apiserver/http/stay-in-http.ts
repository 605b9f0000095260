import type { Server as Http1Server, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Reads a request that asks to leave HTTP once more, as if it had not: where nothing else is spoken the wish is not minded.
 * What the client sent behind the request's head follows.
 */
export function stayInHttp(server: Http1Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.unshift(Buffer.concat([Buffer.from(headOf(request), 'latin1'), head]));
  server.emit('connection', socket);
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${rawHeaders[at + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
