import type { Server as Http1Server, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Reads a request that asks to leave HTTP once more, as if it had not: where nothing else is spoken the wish is not minded.
 * What the client sent behind the request's head follows.
 */
export function stayInHttp(server: Http1Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.unshift(Buffer.concat([Buffer.from(headOf(request), 'latin1'), head]));
  server.emit('connection', socket);
}

/** What a client may send meanwhile is kept up to so much. */
const MOST_AHEAD = 64 * 1024;

/**
 * Goes on with a request that asks to leave HTTP once the one before it on its connection is answered: node gives the
 * connection away at once. `go` gets what the client has sent behind the request.
 */
export function afterAnswer(
  before: ServerResponse | undefined,
  socket: Duplex,
  head: Buffer,
  go: (head: Buffer) => void,
): void {
  if (before === undefined || before.closed) return go(head);
  const chunks = [head];
  let length = head.length;
  const keep = (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MOST_AHEAD) socket.pause();
  };
  // Who has gone wants no answer; nobody else would notice.
  const leave = () => before.destroy();
  socket.on('data', keep).once('close', leave).once('error', leave);
  before.once('close', () => {
    socket.pause().off('data', keep).off('close', leave).off('error', leave);
    // Neither paused nor flowing, as node gives it away: it flows for whoever listens next.
    Object.assign(socket, { readableFlowing: null });
    if (!socket.destroyed) go(Buffer.concat(chunks));
  });
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${rawHeaders[at + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
