import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import { framingOf, received, send } from './channel-messages.ts';

/** What port-forwarding speaks over WebSocket besides the tunnel; '' is for clients that name none. */
export const PORT_CHANNEL_PROTOCOLS = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io', ''];

/** The ports that a query asks for; throws a 400 for what is none. */
export function readPorts(query: URLSearchParams): number[] {
  const asked = query.getAll('port');
  if (asked.length === 0) throw newBadRequest('query parameter "port" is required');
  return asked.flatMap((text) => {
    if (text === '') throw newBadRequest('query parameter "port" cannot be empty');
    return text.split(',').map((port) => readPort(port, text));
  });
}

function readPort(port: string, text: string): number {
  const parsing = `unable to parse ${JSON.stringify(text)} as a port: strconv.ParseUint: parsing ${JSON.stringify(port)}`;
  if (!/^[0-9]+$/.test(port)) throw newBadRequest(`${parsing}: invalid syntax`);
  if (Number(port) > 0xffff) throw newBadRequest(`${parsing}: value out of range`);
  if (Number(port) < 1) throw newBadRequest(`port ${JSON.stringify(text)} must be > 0`);
  return Number(port);
}

/** No channel says that it has ended, and a closed socket ends them all: clients have this long to read what was said. */
const LINGER_MS = 1000;

/**
 * Forwards ports over one WebSocket until all of their connections have ended: each has a channel for what is said and
 * one for what is wrong. Both begin with the port, in two bytes, the lower one first.
 */
export async function servePortChannels(
  socket: WebSocket,
  { protocol, ports }: { readonly protocol: string; readonly ports: readonly number[] },
  connect: (port: number) => Promise<Duplex>,
): Promise<void> {
  const framing = framingOf(protocol);
  const connections = new Map<number, Duplex>();
  const early = new Map<number, Buffer[]>();
  socket.on('error', () => socket.terminate());
  socket.on('message', (data: Buffer) => {
    const { channel = -1, body } = received(data, framing);
    const connection = connections.get(channel);
    if (connection === undefined) early.get(channel)?.push(body);
    else if (!connection.write(body) && !connection.destroyed) {
      socket.pause();
      connection.once('drain', () => socket.resume());
    }
  });
  const closed = new AbortController();
  socket.once('close', () => {
    closed.abort();
    for (const connection of connections.values()) connection.destroy();
  });
  await Promise.all(
    ports.map(async (port, index) => {
      const [said, wrong] = [2 * index, 2 * index + 1];
      early.set(said, []);
      const head = Buffer.of(port & 0xff, port >> 8);
      for (const channel of [said, wrong]) send(socket, framing, [channel, head]);
      try {
        const connection = await connect(port);
        // What goes wrong is told by what reads it.
        connection.on('error', () => {}).once('close', () => socket.resume());
        if (socket.readyState !== socket.OPEN) connection.destroy();
        connections.set(said, connection);
        for (const body of early.get(said) ?? []) connection.write(body);
        await pass(connection, (chunk, done) => send(socket, framing, [said, chunk], done));
        await sleep(LINGER_MS, undefined, { signal: closed.signal }).catch(() => {});
      } catch (failure) {
        const text = `error forwarding port ${port} to pod: ${(failure as Error).message}`;
        send(socket, framing, [wrong, Buffer.from(text)]);
      } finally {
        early.delete(said);
        connections.delete(said);
      }
    }),
  );
  socket.close(1000);
}

/** Passes on what a connection says until it ends. */
async function pass(connection: Duplex, say: (chunk: Buffer, done: () => void) => void): Promise<void> {
  for await (const chunk of connection) await new Promise<void>((resolve) => say(chunk as Buffer, resolve));
}
