import type { Duplex } from 'node:stream';

/** How long the other side may take to end its half of a connection. */
const LINGER_MS = 500;

/**
 * Says the last words of a connection that left HTTP. What the other side still says is thrown away: unread it would hide
 * that it has gone, and its connection would be kept for good.
 */
export function endConnection(socket: Duplex, last: string | Uint8Array = ''): void {
  socket.end(last);
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}
