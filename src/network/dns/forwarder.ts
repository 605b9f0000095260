import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { decode, type Packet } from 'dns-packet';

/** Answers queries that are not the cluster's. */
export interface Forwarder {
  /** Takes a query in wire format; rejects when nobody answers. */
  forward(query: Buffer): Promise<Packet>;
}

const ATTEMPT_MS = 2000;

/** Asks each of the servers in turn, over UDP. */
export function createForwarder(servers: readonly string[]): Forwarder {
  return {
    async forward(query) {
      let last = new Error('forward DNS query: the node has no resolvers');
      for (const server of servers) {
        try {
          return await ask(server, query);
        } catch (error) {
          last = error as Error;
        }
      }
      throw last;
    },
  };
}

function ask(server: string, query: Buffer): Promise<Packet> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(server.includes(':') ? 'udp6' : 'udp4');
    const end = (finish: () => void) => {
      clearTimeout(timer);
      socket.close();
      finish();
    };
    const timer = setTimeout(
      () => end(() => reject(new Error(`forward DNS query: ${server} does not answer`))),
      ATTEMPT_MS,
    );
    socket.once('error', (error) => end(() => reject(error)));
    socket.on('message', (message) => {
      // Only the answer to this very question counts.
      if (message.length >= 2 && message.readUInt16BE(0) === query.readUInt16BE(0)) end(() => resolve(decode(message)));
    });
    socket.connect(53, server, () => socket.send(query));
  });
}

/** The resolvers of this machine, from resolv.conf, without those that would lead back here. */
export function systemResolvers(exclude: readonly string[], path = '/etc/resolv.conf'): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)]
    .map((match) => match[1] as string)
    .filter((server) => !exclude.includes(server));
}
