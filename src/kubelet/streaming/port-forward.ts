import type { Duplex } from 'node:stream';
import { type ForwardTarget, forwardFailure } from './forward-target.ts';
import { SpdySession } from './spdy/spdy-session.ts';
import type { SpdyStream } from './spdy/spdy-stream.ts';

export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io';
/** SPDY carried inside WebSocket messages. */
export const TUNNEL_PROTOCOL = 'SPDY/3.1+portforward.k8s.io';

/**
 * Serves port-forwarding on a connection until it ends: for each connection of the client there is an error stream and
 * a data stream that name the port and share a request id.
 */
export async function servePortForward(socket: Duplex, target: ForwardTarget): Promise<void> {
  const errors = new Map<string, SpdyStream>();
  const session = new SpdySession(socket, {
    onStream: (stream) => {
      const { streamtype, port = '', requestid } = stream.headers;
      // Clients of old send no request id: the streams of a pair follow one another.
      const id = requestid ?? String(stream.id - (streamtype === 'data' ? 2 : 0));
      if (streamtype === 'error') {
        errors.set(id, stream);
        stream.once('close', () => errors.delete(id));
        stream.resume();
        return;
      }
      void forward(stream, errors.get(id), Number(port), target);
    },
  });
  await session.closed;
}

async function forward(
  data: SpdyStream,
  error: SpdyStream | undefined,
  port: number,
  target: ForwardTarget,
): Promise<void> {
  try {
    const connection = await target.connect(port);
    await join(data, connection);
    error?.end();
  } catch (failure) {
    error?.end(forwardFailure(target, port, failure as Error));
    data.end();
    data.resume();
  }
}

/** How long a server is still written to that says no more itself: kubectl before 1.30 waits for us to end the connection. */
const LINGER_MS = 1000;

/** Copies both ways until both have ended, or the server a second ago; half-closes are passed on. */
function join(client: Duplex, server: Duplex): Promise<void> {
  return new Promise((resolve) => {
    let lingering: NodeJS.Timeout | undefined;
    client.pipe(server);
    server.pipe(client);
    client.once('close', () => server.destroy());
    server.once('end', () => {
      lingering = setTimeout(() => server.destroy(), LINGER_MS);
    });
    server.on('error', () => client.end());
    server.once('close', () => {
      clearTimeout(lingering);
      if (!client.writableEnded) client.end();
      resolve();
    });
  });
}
