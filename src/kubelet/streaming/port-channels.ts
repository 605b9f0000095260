import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import { framingOf, received, send } from './channel-messages.ts';
import { type ForwardTarget, forwardFailure } from './forward-target.ts';

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
  target: ForwardTarget,
): Promise<void> {
  const framing = framingOf(protocol);
  const connections = new Map<number, Duplex>();
  const early = new Map<number, Buffer[]>();
  const held = holdable(socket);
  socket.on('error', () => socket.terminate());
  socket.on('message', (data: Buffer) => {
    const { channel = -1, body } = received(data, framing);
    const connection = connections.get(channel);
    if (connection === undefined) {
      const waiting = early.get(channel);
      if (waiting === undefined) return;
      waiting.push(body);
      held.hold(channel);
    } else if (!connection.write(body) && !connection.destroyed) {
      held.hold(channel);
      connection.once('drain', () => held.release(channel));
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
        const connection = await target.connect(port);
        // What goes wrong is told by what reads it.
        connection.on('error', () => {}).once('close', () => held.release(said));
        if (socket.readyState !== socket.OPEN) connection.destroy();
        connections.set(said, connection);
        const flows = (early.get(said) ?? []).map((body) => connection.write(body));
        if (flows.includes(false)) connection.once('drain', () => held.release(said));
        else held.release(said);
        await pass(connection, (chunk, done) => send(socket, framing, [said, chunk], done));
        await sleep(LINGER_MS, undefined, { signal: closed.signal }).catch(() => {});
      } catch (failure) {
        send(socket, framing, [wrong, Buffer.from(forwardFailure(target, port, failure as Error))]);
      } finally {
        early.delete(said);
        held.release(said);
        connections.delete(said);
      }
    }),
  );
  socket.close(1000);
}

/** A socket that is not read while one of its channels has nowhere to put what would come. */
function holdable(socket: WebSocket) {
  const full = new Set<number>();
  return {
    hold(channel: number): void {
      full.add(channel);
      socket.pause();
    },
    release(channel: number): void {
      if (full.delete(channel) && full.size === 0) socket.resume();
    },
  };
}

/** Passes on what a connection says until it ends. */
async function pass(connection: Duplex, say: (chunk: Buffer, done: () => void) => void): Promise<void> {
  for await (const chunk of connection) await new Promise<void>((resolve) => say(chunk as Buffer, resolve));
}
