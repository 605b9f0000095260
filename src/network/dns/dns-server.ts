import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server, type Socket as TcpSocket } from 'node:net';
import { type Answer, decode, encode, type Packet, streamEncode } from 'dns-packet';
import type { Logger } from '#base/logger.ts';
import type { Forwarder } from './forwarder.ts';
import { resolveInZone, resolveReverse, type ZoneSource } from './zone.ts';

export interface DnsServerOptions {
  readonly source: ZoneSource;
  /** Without a dot at the end; `cluster.local`. */
  readonly domain: string;
  /** Answers what is not the cluster's. */
  readonly forwarder: Forwarder;
  readonly logger: Logger;
}

const TTL_SECONDS = 5;
const NXDOMAIN = 3;
const SERVFAIL = 2;
const AUTHORITATIVE = 0x400;
const TRUNCATED = 0x200;
const RECURSION_AVAILABLE = 0x80;
const RECURSION_DESIRED = 0x100;
const UDP_LIMIT = 512;
const TCP_IDLE_MS = 10_000;

/** The cluster's DNS: services and pods by name, everything else from the node's own resolvers. UDP and TCP. */
export class DnsServer {
  readonly #options: DnsServerOptions;
  #udp: Socket | undefined;
  #tcp: Server | undefined;
  readonly #connections = new Set<TcpSocket>();

  constructor(options: DnsServerOptions) {
    this.#options = options;
  }

  /** Listens on an address; rejects when it is taken. Port 0 takes a free one, the same for UDP and TCP. Resolves with the port. */
  async listen(host: string, port: number): Promise<number> {
    const udp = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      udp.once('error', reject);
      udp.bind(port, host, () => {
        udp.off('error', reject);
        resolve();
      });
    });
    this.#udp = udp;
    udp.on('error', (error) => this.#options.logger.warn('DNS socket failed', { error }));
    udp.on('message', (message, peer) => {
      void this.answer(message).then((reply) => reply && udp.send(limited(reply, message), peer.port, peer.address));
    });
    const bound = udp.address().port;
    const tcp = createServer((socket) => this.#serve(socket));
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject);
      tcp.listen(bound, host, resolve);
    });
    this.#tcp = tcp;
    return bound;
  }

  async close(): Promise<void> {
    this.#udp?.close();
    for (const socket of this.#connections) socket.destroy();
    await new Promise<void>((resolve) => (this.#tcp ? this.#tcp.close(() => resolve()) : resolve()));
  }

  /** The answer to a query in wire format; undefined for what is no query. */
  async answer(message: Buffer): Promise<Packet | undefined> {
    let query: Packet;
    try {
      query = decode(message);
    } catch {
      // Not DNS: nothing to answer, and nobody to tell.
      return undefined;
    }
    if (query.type !== 'query' || query.questions?.length !== 1) return undefined;
    try {
      return await this.#reply(query, message);
    } catch (error) {
      this.#options.logger.debug('name not resolved', { name: query.questions[0]?.name, error });
      return response(query, { rcode: SERVFAIL });
    }
  }

  async #reply(query: Packet, message: Buffer): Promise<Packet> {
    const { source, domain, forwarder } = this.#options;
    const question = query.questions?.[0] as { name: string; type: string };
    const name = question.name.toLowerCase().replace(/\.$/, '');
    const own = name === domain || name.endsWith(`.${domain}`);
    const reverse = own ? undefined : resolveReverse(source, name);
    if (!own && reverse === undefined) return forwarder.forward(message);
    const records = own ? resolveInZone(source, domain, { name, type: question.type }) : reverse;
    const answers = (records ?? []).map((record) => ({ ...record, ttl: TTL_SECONDS })) as Answer[];
    const alias = answers.find((answer) => answer.type === 'CNAME') as { data: string } | undefined;
    if (alias && question.type !== 'CNAME') answers.push(...(await this.#follow(alias.data, question.type)));
    const authorities = answers.length === 0 ? [soa(domain)] : [];
    return response(query, { rcode: records === undefined ? NXDOMAIN : 0, answers, authorities });
  }

  /** What an alias points at, where it can be told. */
  async #follow(name: string, type: string): Promise<readonly Answer[]> {
    const query = encode({ type: 'query', id: 1, flags: RECURSION_DESIRED, questions: [{ name, type: type as 'A' }] });
    return (await this.answer(query))?.answers ?? [];
  }

  #serve(socket: TcpSocket): void {
    this.#connections.add(socket);
    socket.once('close', () => this.#connections.delete(socket));
    socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0);
        const message = pending.subarray(2, end);
        pending = pending.subarray(end);
        void this.answer(message).then((reply) => reply && !socket.destroyed && socket.write(streamEncode(reply)));
      }
    });
  }
}

function response(query: Packet, parts: { rcode: number; answers?: Answer[]; authorities?: Answer[] }): Packet {
  const { rcode, answers = [], authorities = [] } = parts;
  const asked = (query.flags ?? 0) & RECURSION_DESIRED;
  return {
    id: query.id ?? 0,
    type: 'response',
    flags: AUTHORITATIVE | RECURSION_AVAILABLE | asked | rcode,
    questions: query.questions ?? [],
    answers,
    authorities,
  };
}

const soa = (domain: string): Answer => ({
  type: 'SOA',
  name: domain,
  ttl: TTL_SECONDS,
  data: {
    mname: `ns.dns.${domain}`,
    rname: `hostmaster.${domain}`,
    serial: 1,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: TTL_SECONDS,
  },
});

/** Over UDP an answer that is too long is cut, and says so: the client asks again over TCP. */
function limited(reply: Packet, query: Buffer): Buffer {
  const encoded = encode(reply);
  if (encoded.length <= udpLimit(query)) return encoded;
  return encode({ ...reply, flags: (reply.flags ?? 0) | TRUNCATED, answers: [], authorities: [] });
}

/** How long an answer the client takes: 512 bytes, or what its EDNS option says. */
function udpLimit(query: Buffer): number {
  const option = decode(query).additionals?.find((each) => each.type === 'OPT') as
    | { udpPayloadSize?: number }
    | undefined;
  return Math.max(UDP_LIMIT, option?.udpPayloadSize ?? UDP_LIMIT);
}
